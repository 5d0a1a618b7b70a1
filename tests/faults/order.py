"""The order of messages through failing disks, rotations and restarts.

Each room has four who send and one who comes and goes, and reads what was missed with ?after=ID.
In the end all of them have every message once, in the order of the files.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from time import perf_counter

from tests.behaviour.servers import ServerProcess
from tests.faults.crowd_books import audit, missed, never_answered, stored_numbers
from tests.faults.crowd_folder import prepare_folder
from tests.faults.crowd_guests import Guests
from tests.faults.outcome import Outcome
from tests.faults.server_with_faults import CALLS

SENDERS, VISITORS, ROOMS = 200, 50, 50
IN_FLIGHT = 400
STAGES_A_LIFE = 5  # of a server
FAILS_S = (0.05, 0.4)
SETTLE_S, END_S = 20.0, 8.0
POLL_S = 0.02


@dataclass(frozen=True)
class Kind:
    """One of the servers, and how many messages each sender has for one stage."""

    package: str
    messages: int
    max_per_file: int


SOLUTION, CHALLENGE = Kind("solution", 10, 1_500), Kind("challenge", 1, 300)


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Play so many stages, with 10 messages of each sender; the challenge half as many, with 1."""
    outcome = Outcome(rounds=rounds)
    solution = Evening(SOLUTION, rounds, folder, seed, outcome)
    challenge = Evening(CHALLENGE, rounds // 2, folder, seed, outcome)
    asyncio.run(solution.play(tick))
    asyncio.run(challenge.play(tick=lambda: None))
    return outcome


class Evening:
    """All stages on one data folder, with servers that follow one another."""

    def __init__(self, kind: Kind, stages: int, folder: Path, seed: int, outcome: Outcome) -> None:
        self._name = f"{kind.package}, seed {seed}"
        self._folder = folder / kind.package
        self._stages = stages
        self._a_stage = kind.messages * SENDERS
        self._outcome = outcome
        self._chance = random.Random(seed)
        crowd = prepare_folder(self._folder / "data", SENDERS + VISITORS, ROOMS)
        self._guests = Guests(crowd, stages * self._a_stage, SENDERS)
        self._never = 0  # of the messages sent, those that nothing more will be heard of
        self._fault_file = self._folder / "failing"
        self._calls = cycle(CALLS)
        self._server = ServerProcess(
            "tests.faults.server_with_faults",
            self._folder,
            "--max-messages-per-file",
            str(kind.max_per_file),
            environ={"FAULTY_SERVER": kind.package, "FAULT_FILE": str(self._fault_file)},
        )

    async def play(self, tick: Callable[[], None]) -> None:
        """All stages, and what is in the files after them. The first server lives for one stage."""
        left, life = self._stages, 1
        try:
            while left:
                with self._server:
                    for _ in range(min(life, left)):
                        await self._come_back()
                        await self._stage()
                        left -= 1
                        tick()
                    if not left:
                        await self._come_back()
                    await self._stop()
                life = STAGES_A_LIFE
        finally:
            await self._guests.close()
        self._check()

    async def _come_back(self) -> None:
        """At a quiet moment, let all who are away connect, and read what they missed."""
        await self._until(lambda: self._guests.ledger.waiting <= self._never, SETTLE_S)
        came = await self._guests.connect(self._server.url)
        self._guests.catch_up(self._server.url, came)

    async def _stage(self) -> None:
        """Send the messages of a stage, half of the visitors being away, while the disk fails."""
        visitors = range(SENDERS, SENDERS + VISITORS)
        for visitor in self._chance.sample(visitors, VISITORS // 2):
            if self._guests.guests[visitor].last_id:  # or there is nothing to ask for what is after
                self._guests.guests[visitor].close()
        end = self._guests.next_number + self._a_stage
        await self._send_up_to(end - self._chance.randrange(self._a_stage))
        self._fault_file.write_text(next(self._calls))
        await asyncio.sleep(self._chance.uniform(*FAILS_S))
        self._fault_file.unlink()
        self._outcome.faults += 1
        await self._send_up_to(end)

    async def _send_up_to(self, end: int) -> None:
        guests, give_up_s = self._guests, perf_counter() + SETTLE_S
        await guests.flood(
            IN_FLIGHT + self._never,
            until=lambda: guests.next_number >= end or perf_counter() > give_up_s,
        )

    async def _stop(self) -> None:
        """SIGTERM, while messages are on their way."""
        process = self._server.process
        process.terminate()
        await self._until(lambda: process.poll() is not None, END_S)
        await self._guests.all_gone(END_S)
        self._never = self._guests.ledger.waiting
        self._outcome.faults += 1
        if process.poll() != 0:
            self._outcome.broken.append(f"{self._name}: a server ended with {process.poll()}")

    async def _until(self, condition: Callable[[], bool], within_s: float) -> None:
        give_up_s = perf_counter() + within_s
        while not condition() and perf_counter() < give_up_s:
            await asyncio.sleep(POLL_S)

    def _check(self) -> None:
        outcome, ledger = self._outcome, self._guests.ledger
        stored = stored_numbers(self._folder / "data", outcome)
        if open_still := audit(outcome, ledger, stored, self._name):
            outcome.broken.append(f"{self._name}: {len(open_still)} messages have no outcome")
        if unanswered := never_answered(ledger):
            outcome.broken.append(f"{self._name}: {len(unanswered)} messages were never answered")
        if missing := missed(ledger, stored):
            outcome.broken.append(f"{self._name}: {missing} deliveries are missing")
        outcome.notes.append(
            f"{self._name}: {len(stored):,} stored of {ledger.sent:,} sent, "
            f"the others refused at restarts; {sum(map(len, ledger.received)):,} deliveries"
        )
