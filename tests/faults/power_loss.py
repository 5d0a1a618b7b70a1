"""Power loss at every moment of a run: start-up reads what is left, and finds all it promised.

A run's calls to the disk are recorded, each message noted when it is told as stored. Then the
power goes after each of the calls, and every folder that the disk may hold by then (see
``storage_disk``) is built, healed and compared. Half the runs begin in a folder that an earlier
power loss left, or with damaged files, so that losses while healing are among them.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import eventlet

from challenge.healing import MESSAGE_FILE, heal
from challenge.models import Message
from tests.faults.outcome import Outcome
from tests.faults.storage_calls import Call, watched
from tests.faults.storage_disk import Disk, State
from tests.faults.storage_servers import SERVERS, Storage, log_lines, mark, quick_folder, read_back

FEWEST_MESSAGES, MOST_MESSAGES = 5, 16
MOST_AT_ONCE, MOST_WORDS = 6, 60
MOST_RUNS_IN_A_FOLDER = 3
TAIL = b"\0" * 512
SETTLED_S = 20


@dataclass
class Moment:
    """A folder as a power loss may leave it, and the marks of what was promised by then."""

    state: State
    promised: list[str]


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Record runs and lose the power in them until `rounds` different states were tried."""
    choose = random.Random(seed)
    outcome = Outcome()
    runs, start, depth = 0, Moment({}, []), 0
    with log_lines(), quick_folder(folder) as place:
        while outcome.rounds < rounds:
            server = SERVERS[runs % len(SERVERS)]
            record = _record(server, place, start, choose)
            outcome.acknowledged += sum(isinstance(each, str) for each in record)
            moments = list(_different(_moments(record, start, choose)))
            for moment in choose.sample(moments, min(len(moments), rounds - outcome.rounds)):
                this = _check(place, moment)
                if outcome.kept and not this.kept:
                    first = f"state {outcome.rounds}, in run {runs} ({server})"
                    this.broken.append(f"power loss: {first} of seed {seed}, broke this first")
                outcome += this
                tick()
            runs += 1
            depth = (depth + 1) % MOST_RUNS_IN_A_FOLDER
            start = _torn(choose.choice(moments), choose) if depth else Moment({}, [])
    outcome.notes.append(f"{runs} recorded runs were cut into {outcome.rounds} different states")
    return outcome


def _record(server: str, place: Path, start: Moment, choose: random.Random) -> list[Call | str]:
    """Heal and store some messages; every call that changed the disk, and the mark of every
    message that was told as stored, as they came.
    """
    record: list[Call | str] = []

    def note(call: Call, go: Callable[[Call], Any]) -> Any:
        result = go(call)
        record.append(call)
        return result

    def tell(message: Message) -> None:
        record.append(mark(message.id, message.content))

    _fill(place, start.state)
    with watched(place, note), Storage(server, place, tell) as storage:
        for _ in range(choose.randint(FEWEST_MESSAGES, MOST_MESSAGES)):
            storage.send("새해 " * choose.randint(1, MOST_WORDS))
            if choose.randrange(MOST_AT_ONCE) == 0:
                eventlet.sleep()
        if not storage.settled(SETTLED_S):
            raise TimeoutError(f"{server} did not store on a sound disk within {SETTLED_S} s")
    return record


def _moments(record: list[Call | str], start: Moment, choose: random.Random) -> Iterator[Moment]:
    """What may be left if the power goes at any time of the record."""
    disk, promised = Disk(start.state), list(start.promised)
    for entry in record:
        if isinstance(entry, str):
            promised.append(entry)
        else:
            disk.apply(entry)
        for state in disk.states(choose):
            yield Moment(state, list(promised))


def _torn(moment: Moment, choose: random.Random) -> Moment:
    """The same, or with a tail of zeros on every message file: no message less, much to heal."""
    tail = choose.choice((b"", TAIL))
    state = {
        name: data + tail if MESSAGE_FILE.fullmatch(name) else data
        for name, data in moment.state.items()
    }
    return Moment(state, moment.promised)


def _different(moments: Iterator[Moment]) -> Iterator[Moment]:
    """Each once, though many calls leave the disk as it was."""
    seen = set()
    for moment in moments:
        key = (frozenset(moment.state.items()), len(moment.promised))
        if key not in seen:
            seen.add(key)
            yield moment


def _check(place: Path, moment: Moment) -> Outcome:
    """Build a state, start over it, and hold what is there against what was promised."""
    outcome = Outcome(rounds=1, faults=1)
    _fill(place, moment.state)
    try:
        healed = heal(place)
        healed_again = heal(place)
    except Exception as error:
        outcome.broken.append(f"healing raised {error!r}")
        return outcome
    found, unreadable = read_back(place)
    outcome.unreadable = len(unreadable)
    outcome.compare(sorted(moment.promised), found)
    if healed != healed_again:
        outcome.broken.append("healing once more changed something")
    return replace(outcome, acknowledged=0)


def _fill(place: Path, state: State) -> None:
    """Let a folder hold these files and no others."""
    shutil.rmtree(place)
    place.mkdir()
    for name, data in state.items():
        (place / name).write_bytes(data)
