"""The load on challenge and solution at once, small enough for a check: a stream, then midnight.

Each is offered more than the challenge stores, and some messages that must be refused. The ledger
of each, written by its clients, is what Prometheus is held against.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from time import perf_counter

from load_test.experiment.ledger import Ledger
from load_test.experiment.processes import PROJECT
from load_test.experiment.servers import Package
from tests.faults.crowd_guests import Guests
from tests.faults.talk import a_message
from tests.stack.stage import Role, Stage

PACKAGES = ("challenge", "solution")
HISTORY = 3_000  # so that the challenge stores some 60 messages a second
USERS, ROOMS = 20, 4
STREAM_PER_S, STREAM_S = 80, 14
MIDNIGHT_MESSAGES = 200
EMPTY_MESSAGES, STRANGE_ROOMS = 7, 3  # that must be refused: bad_field, room_not_found
MESSAGES = STREAM_PER_S * STREAM_S + MIDNIGHT_MESSAGES + EMPTY_MESSAGES + STRANGE_ROOMS
SETTLE_S = 120.0  # the challenge needs 10 on a quiet machine
POLL_S = 0.02
# Prometheus looks every 2 s: after so long it has seen the end twice.
LOOKED_TWICE_S = 5.0


class NotSettled(Exception):
    """Raised when messages are open for so long that no figure of the evening would be right."""


@dataclass(frozen=True)
class Evening:
    """What happened when, in seconds since 1970; the ledgers count in those of `perf_counter`."""

    began_s: float
    stream_ended_s: float
    ended_s: float
    ledgers: Mapping[str, Ledger]  # by job
    clock_s: float  # to be added to a moment of a ledger

    def delivered(self, job: str, from_s: float, until_s: float) -> int:
        """How many messages their senders saw between two moments."""
        moments = (at_s + self.clock_s for at_s in self.ledgers[job].delivered_s if at_s)
        return sum(from_s < moment <= until_s for moment in moments)

    def latencies_s(self, job: str) -> list[float]:
        """From sending a message until its sender saw it."""
        ledger = self.ledgers[job]
        both = zip(ledger.sent_s, ledger.delivered_s, strict=True)
        return [seen_s - sent_s for sent_s, seen_s in both if sent_s and seen_s]


def roles() -> list[Role]:
    """Challenge and solution, as shipped."""
    flags = ("--history", str(HISTORY))
    return [
        Role(
            job=name, package=Package(name, Path(PROJECT)), users=USERS, rooms=ROOMS,
            messages=MESSAGES, flags=flags, traced=True,
        )
        for name in PACKAGES
    ]  # fmt: skip


async def spend(stage: Stage) -> Evening:
    """The whole evening, until all is settled and Prometheus has seen it.

    Raises CannotConnect or NotSettled.
    """
    crowds = {job: stage.guests[job] for job in PACKAGES}
    clock_s = time.time() - perf_counter()
    try:
        for job, guests in crowds.items():
            await guests.connect(stage.servers[job].url)
        began_s = time.time()
        await asyncio.gather(*(_stream(guests) for guests in crowds.values()))
        stream_ended_s = time.time()
        for guests in crowds.values():
            _midnight(guests)
        await settle({job: guests.ledger for job, guests in crowds.items()})
        await asyncio.sleep(LOOKED_TWICE_S)
        ended_s = time.time()
    finally:
        for guests in crowds.values():
            await guests.close()
    ledgers = {job: guests.ledger for job, guests in crowds.items()}
    return Evening(began_s, stream_ended_s, ended_s, ledgers, clock_s)


async def settle(ledgers: Mapping[str, Ledger]) -> None:
    """Wait until every message was delivered or refused. Raises NotSettled."""
    deadline_s = perf_counter() + SETTLE_S
    while late := [job for job, ledger in ledgers.items() if ledger.waiting]:
        if perf_counter() > deadline_s:
            raise NotSettled(
                f"{late[0]} had {ledgers[late[0]].waiting} messages open after {SETTLE_S:.0f} s: "
                "is this machine busy?"
            )
        await asyncio.sleep(POLL_S)


async def _stream(guests: Guests) -> None:
    """Send at a steady rate, whatever the server does."""
    started_s = perf_counter()
    for number in range(STREAM_PER_S * STREAM_S):
        await asyncio.sleep(max(0.0, started_s + number / STREAM_PER_S - perf_counter()))
        guests.send_next()


def _midnight(guests: Guests) -> None:
    """Send all at once; among them what must be refused."""
    for _ in range(MIDNIGHT_MESSAGES):
        guests.send_next()
    for _ in range(STRANGE_ROOMS):
        send(guests, "no-such-room", "is anybody there?")
    rooms = cycle(guests.crowd.rooms)
    for _, room in zip(range(EMPTY_MESSAGES), rooms, strict=False):
        send(guests, room.room_id, "")


def send(guests: Guests, room_id: str, content: str) -> None:
    """Let the next sender send this, and note it in the ledger."""
    number = guests.next_number
    guests.next_number += 1
    sender = guests.ledger.senders[number]
    guests.ledger.send(number, perf_counter())
    guests.guests[sender].send(a_message(number, room_id, content))
