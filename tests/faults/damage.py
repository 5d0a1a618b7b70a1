"""Damaged files, before a start and under a running server: no undamaged message is missed.

What must be there afterwards is what a careful reader finds in the damaged folder: every message
whose record stands there whole. And whatever is not as it should be is set aside, byte for byte,
and named in the log.
"""

import errno
import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from challenge.healing import damaged_files
from challenge.models import Message, Record
from tests.faults.outcome import Outcome
from tests.faults.storage_calls import Call, watched
from tests.faults.storage_damages import FILES, OF_BYTES, OF_FOLDERS, prepare
from tests.faults.storage_reader import FIELDS, Left, careful_look, mark_of
from tests.faults.storage_servers import (
    ROOM,
    SENDER,
    SERVERS,
    Storage,
    log_lines,
    mark,
    quick_folder,
    read_back,
)

MESSAGES_IN = (5, 5, 3)  # each of FILES
MAX_PER_FILE = 5
PAGE = 100  # more than there are
REFUSALS = 1
SETTLED_S = 5


@dataclass(frozen=True)
class Case:
    """A kind of damage, who meets it, and when."""

    kind: str
    server: str
    running: bool = False
    refusals: int = 0  # writes that fail, from the damage on

    def __str__(self) -> str:
        """For the sentence about what broke."""
        when = f"running, {self.refusals} writes refused" if self.running else "starting"
        return f"{self.kind}, {self.server} {when}"


CASES = (
    *(Case(*each) for each in product((*OF_BYTES, *OF_FOLDERS), SERVERS)),
    *(Case(*each) for each in product(OF_BYTES, SERVERS, (True,), (0, REFUSALS))),
)


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Meet `rounds` of the cases, each kind before any comes again."""
    choose = random.Random(seed)
    outcome = Outcome()
    cases = [*CASES]
    choose.shuffle(cases)
    with log_lines() as log, quick_folder(folder) as home:
        for number in range(rounds):
            case = cases[number % len(cases)]
            log.clear()
            this = Outcome(rounds=1, faults=1)
            try:
                _meet(case, home / "data", choose, log, this)
            except Exception as error:
                this.broken.append(f"the server raised {error!r}")
            if not this.kept:
                this.broken.append(f"damage: round {number} of seed {seed} was: {case}")
            outcome += this
            tick()
    outcome.notes.append(f"{len({*OF_BYTES, *OF_FOLDERS})} kinds of damage")
    return outcome


def _meet(case: Case, place: Path, choose: random.Random, log: list[str], outcome: Outcome) -> None:
    """Damage a folder before a server starts over it, or while it runs, and use it."""
    prepare(place, list(_some_messages()))
    if case.running:
        with Storage(case.server, place, max_per_file=MAX_PER_FILE) as storage:
            storage.send("before")
            storage.settled(SETTLED_S)
            before = _damage(case.kind, place, choose)
            with watched(place, Refusing(case.refusals)):
                _use(storage, place, before, outcome)
    else:
        before = _damage(case.kind, place, choose)
        with Storage(case.server, place, max_per_file=MAX_PER_FILE) as storage:
            _use(storage, place, before, outcome)
    _check_aside(place, before, log, outcome)
    aside = damaged_files(place)
    with Storage(case.server, place, max_per_file=MAX_PER_FILE):
        if damaged_files(place) != aside:
            outcome.broken.append("the next start found something damaged again")


@dataclass
class Refusing:
    """A disk that refuses so many writes, and is sound then."""

    left: int

    def __call__(self, call: Call, go: Callable[[Call], Any]) -> Any:
        """Make the call, or refuse it."""
        if call.name == "write" and self.left:
            self.left -= 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), call.path.name)
        return go(call)


def _damage(kind: str, place: Path, choose: random.Random) -> Left:
    """Do the damage; what a careful reader finds left."""
    known = [record for name in FILES for record in json.loads((place / name).read_bytes())]
    if kind in OF_BYTES:
        path = place / choose.choice(FILES)
        path.write_bytes(OF_BYTES[kind](path.read_bytes(), choose))
    else:
        OF_FOLDERS[kind](place, choose)
    return careful_look(place, known)


def _use(storage: Storage, place: Path, before: Left, outcome: Outcome) -> None:
    """Write and read, and hold what comes against what a careful reader found."""
    new = storage.send("after")
    if not storage.settled(SETTLED_S) or storage.failed:
        outcome.broken.append(f"a new message was not stored: {storage.failed}")
    page = storage.history.page(ROOM, PAGE)
    found, unreadable = read_back(place)
    outcome.unreadable += len(unreadable)
    expected = sorted({*before.messages, mark(new.id, new.content)})
    outcome.compare(expected, list(dict.fromkeys(found)))
    twice = Counter(found) - Counter(before.messages) - Counter(set(found))
    outcome.doubled += twice.total()
    if {*expected} - {mark_of(each) for each in page}:
        outcome.broken.append("the history does not show all that is there")
    if before.knows_user and not storage.directory.user(SENDER):
        outcome.broken.append("an undamaged user is not known any more")


def _check_aside(place: Path, before: Left, log: list[str], outcome: Outcome) -> None:
    """What was unsound is set aside once, as it was, and named; what was sound is not."""
    for name in sorted({*before.unsound, *FILES, *FIELDS}):
        aside = {each for each in damaged_files(place) if each.startswith(f"{name}.damaged-")}
        aside -= set(before.aside)
        if len(aside) != (name in before.unsound):
            outcome.broken.append(f"{name} was set aside {len(aside)} times")
        data = before.unsound.get(name)
        if data is not None and any((place / each).read_bytes() != data for each in aside):
            outcome.broken.append(f"{name} was not set aside as it was")
        if name in before.unsound and not any(name in line for line in log):
            outcome.broken.append(f"the log does not name {name}")


def _some_messages() -> Iterator[list[Record]]:
    number = 0
    for count in MESSAGES_IN:
        records = []
        for _ in range(count):
            number += 1
            message = Message(f"{number:016x}", ROOM, SENDER, f"number {number} 새해 {{복}}")
            records.append(message.record(message.timestamp))
        yield records
