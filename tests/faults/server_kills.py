"""kill -9 of whole servers under load, at a random moment, again and again in the same folder.

What was acknowledged as stored, or broadcast, is in the files afterwards. What was acknowledged as
queued may be lost: that is the price of this answer, told in figures.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from load_test.experiment.prepared import Prepared
from tests.behaviour.servers import ServerProcess
from tests.faults.crowd_books import audit, never_answered, stored_numbers
from tests.faults.crowd_folder import prepare_folder
from tests.faults.crowd_guests import Guests
from tests.faults.outcome import Outcome

USERS, ROOMS = 20, 5
MAX_QUEUE = 500
IN_FLIGHT = 600  # more than may wait, so that some are refused
MOST_MESSAGES = 10_000  # of one life; more than a server takes in one
LONGEST_LIFE_S = 0.6
GONE_S = 5.0
FILE_SIZES = (40, 300, 10_000)  # so that many kills fall into a rotation
LIVES = 5  # of a folder: each server starts on what the one before it left


@dataclass(frozen=True)
class Kind:
    """One of the servers that are killed."""

    name: str
    package: str
    flags: tuple[str, ...] = ()


STORED = Kind("solution --ack stored", "solution", ("--ack", "stored"))
QUEUED = Kind("solution --ack queued", "solution", ("--ack", "queued"))
CHALLENGE = Kind("challenge", "challenge")
# By turns; the challenge, which has less to lose at any moment, less often.
KINDS = (STORED, QUEUED, CHALLENGE, STORED, QUEUED, STORED, QUEUED)


@dataclass
class Home:
    """A folder in which servers live and die, and what they left in it so far."""

    folder: Path
    crowd: Prepared
    stored: list[int] = field(default_factory=list)
    lives: int = 0


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Kill servers by turns, `rounds` in all."""
    chance = random.Random(seed)
    outcome = Outcome()
    fates: Counter[str] = Counter()
    homes: dict[Kind, Home] = {}
    for number in range(rounds):
        kind = KINDS[number % len(KINDS)]
        if kind not in homes or homes[kind].lives == LIVES:
            place = folder / f"home {number}"
            homes[kind] = Home(place, prepare_folder(place / "data", USERS, ROOMS))
        fates += _one_life(homes[kind], kind, chance, outcome, f"round {number} of seed {seed}")
        outcome.rounds += 1
        outcome.faults += 1
        tick()
    outcome.notes += [f"{fate}: {count:,}" for fate, count in sorted(fates.items())]
    return outcome


def _one_life(
    home: Home, kind: Kind, chance: random.Random, outcome: Outcome, where: str
) -> Counter[str]:
    """Start, load and kill a server, and compare; what became of which messages."""
    guests = Guests(home.crowd, MOST_MESSAGES)
    flags = (*kind.flags, "--max-queue-messages", str(MAX_QUEUE))
    flags += ("--max-messages-per-file", str(chance.choice(FILE_SIZES)))
    with ServerProcess(kind.package, home.folder, *flags) as server:
        asyncio.run(_load_and_kill(server, guests, chance.uniform(0, LONGEST_LIFE_S)))
    home.lives += 1

    before, home.stored = home.stored, stored_numbers(home.folder / "data", outcome)
    if home.stored[: len(before)] != before:
        outcome.broken.append(f"{where}: what an earlier server had stored has changed")
    stored, ledger = home.stored[len(before) :], guests.ledger
    lost = audit(outcome, ledger, stored, f"{where}, {kind.name}")
    if len(lost) > MAX_QUEUE:
        outcome.broken.append(f"{where}: {len(lost)} queued messages were lost, more than a queue")
    return Counter(
        {
            f"{kind.name}, sent and never answered": len(never_answered(ledger)),
            f"{kind.name}, acknowledged as queued and lost": len(lost),
        }
    )


async def _load_and_kill(server: ServerProcess, guests: Guests, life_s: float) -> None:
    """Kill a server after so long under load, and read what it had sent."""
    try:
        await guests.connect(server.url)
        dies_at_s = perf_counter() + life_s
        await guests.flood(IN_FLIGHT, until=lambda: perf_counter() > dies_at_s)
        server.process.kill()
        await guests.all_gone(GONE_S)
    finally:
        await guests.close()
