"""SIGTERM and SIGINT at a full queue: every message is stored and broadcast, or refused.

The clients go on sending meanwhile. A second signal ends the server at once: what it had queued
may be lost then, but the files are readable.
"""

import asyncio
import random
import signal
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tests.behaviour.servers import ServerProcess
from tests.faults.crowd_books import audit, missed, never_answered, stored_numbers
from tests.faults.crowd_folder import prepare_folder
from tests.faults.crowd_guests import Guests
from tests.faults.outcome import Outcome

FILL_AT_A_TURN = 150  # faster than any server takes them
LATE_AT_A_TURN = 1  # 200 a second go on coming after the signal
FILL_S = 20.0  # time to fill the queue
ON_THEIR_WAY = 0.25  # of a queue's length: stored already, and not yet read by all its receivers
DRAIN_S, LONGEST_DRAIN_S = 5.0, 10.0  # promised, and waited for
SECOND_SIGNAL_S, AT_ONCE_S = (0.1, 1.0), 0.5
CODES = {"queue_full", "shutting_down"}
MOST_MESSAGES = 50_000  # of one round; the queue, and what is sent while it drains


@dataclass(frozen=True)
class Drain:
    """One kind of server, and how it is told to end."""

    package: str
    flags: tuple[str, ...] = ()
    max_queue: int = 500
    users: int = 50
    rooms: int = 5  # so, of 10 members
    number: int = signal.SIGTERM
    twice: bool = False

    @property
    def name(self) -> str:
        """What it is called in figures."""
        how = f"{signal.Signals(self.number).name}{' twice' if self.twice else ''}"
        return f"{' '.join((self.package, *self.flags))}, {self.max_queue:,} queued, {how}"


SOLUTION = Drain("solution")
CHALLENGE = Drain("challenge")
STORED = Drain("solution", ("--ack", "stored"))
# The most that the contract promises to finish in time.
LONG = Drain("solution", max_queue=10_000)
WIDE = Drain("solution", max_queue=2_000, rooms=1)
# More than it could finish before the second signal.
TWICE = Drain("solution", max_queue=10_000, rooms=1, twice=True)
# By turns, cheap ones more often.
DRAINS = (
    *(SOLUTION, CHALLENGE, TWICE, STORED, WIDE),
    *(SOLUTION, Drain("challenge", number=signal.SIGINT), STORED, LONG, SOLUTION),
    *(Drain("solution", number=signal.SIGINT), CHALLENGE, TWICE, STORED, SOLUTION),
)


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """End servers by turns, `rounds` in all."""
    chance = random.Random(seed)
    outcome = Outcome()
    slowest_s: defaultdict[str, float] = defaultdict(float)
    unknown = 0
    for number in range(rounds):
        drain = DRAINS[number % len(DRAINS)]
        where = f"round {number} of seed {seed}, {drain.name}"
        took_s, unanswered = _one_drain(drain, folder / str(number), chance, outcome, where)
        slowest_s[drain.name] = max(slowest_s[drain.name], took_s)
        unknown += unanswered
        outcome.rounds += 1
        outcome.faults += 1 + drain.twice
        tick()
    outcome.notes += [f"{name}: {took_s:.1f} s at most" for name, took_s in slowest_s.items()]
    outcome.notes.append(f"sent after the signal and not answered any more: {unknown:,}")
    return outcome


def _one_drain(
    drain: Drain, folder: Path, chance: random.Random, outcome: Outcome, where: str
) -> tuple[float, int]:
    """Fill a server's queue and end it; the seconds that took, and the messages not answered."""
    crowd = prepare_folder(folder / "data", drain.users, drain.rooms)
    guests = Guests(crowd, MOST_MESSAGES)
    flags = (*drain.flags, "--max-queue-messages", str(drain.max_queue))
    with ServerProcess(drain.package, folder, *flags) as server:
        second_s = chance.uniform(*SECOND_SIGNAL_S) if drain.twice else None
        took_s, first_late = asyncio.run(_fill_and_end(server, guests, drain, second_s))
        code = server.process.poll()
    ledger, stored = guests.ledger, stored_numbers(folder / "data", outcome)
    open_still = len(audit(outcome, ledger, stored, where))
    unanswered = never_answered(ledger)
    early = sum(number < first_late for number in unanswered)
    rude = sum(not guest.ended_properly for guest in guests.guests.values())
    missing = missed(ledger, stored)
    codes = set(ledger.refused_as) - {None}
    problems = {
        "the queue was never full": "queue_full" not in codes,
        f"refusals were {codes}": not CODES.issuperset(codes),
    }
    if drain.twice:
        problems[f"it took {took_s:.2f} s more after the second signal"] = took_s > AT_ONCE_S
    else:
        problems |= {
            f"exit code {code}": code != 0,
            f"it took {took_s:.1f} s": took_s > DRAIN_S,
            f"{open_still} acknowledged messages have no outcome": open_still > 0,
            f"{missing} deliveries are missing": missing > 0,
            f"{early} messages sent before the signal were never answered": early > 0,
            f"{rude} connections ended without a proper close": rude > 0,
        }
    outcome.broken += [f"{where}: {problem}" for problem, is_so in problems.items() if is_so]
    return took_s, len(unanswered)


async def _fill_and_end(
    server: ServerProcess, guests: Guests, drain: Drain, second_s: float | None
) -> tuple[float, int]:
    """Fill, signal, go on; seconds from the last signal to the end, and the first late number."""
    ledger, process = guests.ledger, server.process
    in_flight = round((1 + ON_THEIR_WAY) * drain.max_queue) + FILL_AT_A_TURN
    give_up_s = perf_counter() + FILL_S

    def full() -> bool:  # as the first refusal tells
        return ledger.settled > ledger.delivered or perf_counter() > give_up_s

    async def signal_and_go_on(seconds: float) -> float:
        process.send_signal(drain.number)
        until_s = perf_counter() + seconds
        await guests.flood(
            in_flight,
            lambda: process.poll() is not None or perf_counter() > until_s,
            LATE_AT_A_TURN,
        )
        return perf_counter() - until_s + seconds

    try:
        await guests.connect(server.url)
        await guests.flood(in_flight, full, FILL_AT_A_TURN)
        first_late = guests.next_number
        if second_s:
            await signal_and_go_on(second_s)
        took_s = await signal_and_go_on(LONGEST_DRAIN_S)
        await guests.all_gone(DRAIN_S)
        return took_s, first_late
    finally:
        await guests.close()
