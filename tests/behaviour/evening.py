"""An evening of 10,000 messages at a real server, with refusals and a disk that fails, watched by
all who count: the guests, the server's metrics, the operating system; and the log, the files and
the spans that are left when the server has gone.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Self

import psutil
import pytest
import requests

from load_test.experiment.arrivals import packet
from load_test.experiment.clients import JOINED, frame
from load_test.experiment.counters import read_metrics
from observability import names
from tests.behaviour.servers import ServerProcess
from tests.faults.crowd_guests import Guests

MESSAGES = 10_000  # that are sent
LAST = 30  # of them wait when the server is told to stop, and cannot be stored
ROOMS, USERS = 4, 12
# Nothing but a burst meets a full queue. Most of a burst is refused, which is quick: the challenge
# takes 3 ms of processor time for each message that it stores.
IN_FLIGHT, MAX_QUEUE = 100, 200
WAVES, TALK, BURST = 5, 600, 1_000
BAD_ONE_OF = 50
FAILED_TRIES = 3  # before the disk recovers
DEAF = 3  # connections, of which Engine.IO forgets one a second, even if it has taken nothing
PAGE_MESSAGES, BETWEEN_PAGES_S = 20, 0.2  # of the histories that are read meanwhile
WAIT_S = 30.0
LAST_WORDS = 20  # lines of the log, where it did not go as planned
TURN_S = 0.005


@dataclass(frozen=True)
class Written:
    """What a server wrote by calls to the operating system, its log left out.

    Only Linux tells it. What goes to sockets is sent, not written, and does not count.
    """

    calls: int
    size_bytes: int

    @classmethod
    def by(cls, server: ServerProcess) -> Self | None:
        """Since the process began; None where the system does not tell, or of one that has gone."""
        try:
            process = psutil.Process(server.process.pid)
            if not hasattr(process, "io_counters"):
                return None
            counted = process.io_counters()
        except psutil.Error:
            return None
        log = server.log.encode()
        return cls(counted.write_count - log.count(b"\n"), counted.write_chars - len(log))

    def __sub__(self, before: Self) -> Self:
        """What was written between two moments."""
        return type(self)(self.calls - before.calls, self.size_bytes - before.size_bytes)


class Company(Guests):
    """Guests, of whose messages one of 50 is wrong in one of three ways; the last ones never."""

    def send_next(self) -> None:
        """Let its sender send the next message."""
        number = self.next_number
        self.next_number += 1
        sender = self.ledger.senders[number]
        self.ledger.send(number, perf_counter())
        self.guests[sender].send(frame(self._packet(number, sender)))

    def _packet(self, number: int, sender: int) -> bytes:
        room = self.crowd.room_of(sender)
        if number % BAD_ONE_OF or number >= MESSAGES - LAST:
            return packet(number, room)
        wrong = (
            "Happy New Year",
            {"roomId": room.room_id, "content": " "},
            {"roomId": "nowhere", "content": "Happy New Year"},
        )
        payload = wrong[number // BAD_ONE_OF % len(wrong)]
        return f"42{number}{json.dumps(['send_message', payload])}".encode()


class Evening:
    """Spends an evening at one server, and keeps what its metrics and the system said last.

    While `fault_file` is there, the server cannot write.
    """

    def __init__(self, server: ServerProcess, guests: Guests, fault_file: Path) -> None:
        self.metrics: Mapping[str, float] = {}
        self.written: Written | None = None
        self._server = server
        self._guests = guests
        self._fault_file = fault_file

    async def spend(self) -> None:
        """All of it, until the server has ended."""
        guests = self._guests
        await guests.connect(self._server.url)
        before = Written.by(self._server)
        reading = asyncio.create_task(self._read_histories())
        try:
            for _ in range(WAVES):
                await self._talk(TALK)
                await self._burst()
            await self._talk_to_a_sick_disk()
            await self._talk(MESSAGES - LAST - guests.next_number)
            await self._wait_until(lambda: not guests.ledger.waiting, "the outcome of each message")
            assert not reading.done(), f"the histories could not be read: {reading}"
            reading.cancel()
            await self._stop_with_a_sick_disk(before)
            await guests.all_gone(WAIT_S)
        finally:
            reading.cancel()
            await guests.close()

    async def _talk(self, messages: int) -> None:
        """Send so many, with a bound on what is neither delivered nor refused."""
        guests = self._guests
        last = guests.next_number + messages

        def send_more() -> bool:
            free = IN_FLIGHT - guests.ledger.waiting
            for _ in range(min(free, last - guests.next_number)):
                guests.send_next()
            return guests.next_number == last

        await self._wait_until(send_more, f"sending {messages} messages")

    async def _burst(self) -> None:
        """Send more at once than may wait."""
        for _ in range(BURST):
            self._guests.send_next()
        ledger = self._guests.ledger
        await self._wait_until(lambda: ledger.waiting <= MAX_QUEUE, "the refusals of a burst")

    async def _talk_to_a_sick_disk(self) -> None:
        """Nothing can be written for a while; whoever then meets a full queue is told why."""
        self._fault_file.write_text("write_and_sync")
        for _ in range(MAX_QUEUE - IN_FLIGHT):
            self._guests.send_next()
        server = self._server
        await self._wait_until(
            lambda: server.log.count("cannot store") >= FAILED_TRIES, "failed tries"
        )
        await self._burst()
        self._fault_file.unlink()

    async def _stop_with_a_sick_disk(self, before: Written | None) -> None:
        """SIGTERM while messages wait that cannot be stored: they fail.

        At its end the server waits some seconds for who has not taken what was sent to them. In
        that time its books are read for the last time, and its log tells of its last second.
        """
        for _ in range(DEAF):
            self._connect_somebody_deaf()
        self._fault_file.write_text("write_and_sync")
        for _ in range(LAST):
            self._guests.send_next()
        process, url = self._server.process, self._server.url
        await self._wait_until(
            lambda: self._server.metric(names.QUEUE_MESSAGES) == LAST, "a queue of the last"
        )
        process.terminate()
        while process.poll() is None:
            self.metrics = await read_metrics(url) or self.metrics
            written = Written.by(self._server)
            if before and written and process.poll() is None:
                self.written = written - before
            await asyncio.sleep(TURN_S)

    def _connect_somebody_deaf(self) -> None:
        """Join as a polling client that never asks for what waits for it."""
        address = f"{self._server.url}/socket.io/?EIO=4&transport=polling"
        session = json.loads(requests.get(address, timeout=WAIT_S).text[1:])["sid"]
        joining = JOINED + json.dumps({"token": self._guests.crowd.tokens[0]}).encode()
        requests.post(f"{address}&sid={session}", joining, timeout=WAIT_S).raise_for_status()

    async def _read_histories(self) -> None:
        """Read the latest messages of the rooms over HTTP, by turns, until cancelled."""
        crowd = self._guests.crowd
        while True:
            for user in range(ROOMS):
                url = f"{self._server.url}/api/chatrooms/{crowd.room_of(user).room_id}/messages"
                headers = {"Authorization": f"Bearer {crowd.tokens[user]}"}
                page = {"limit": str(PAGE_MESSAGES)}
                answer = await asyncio.to_thread(
                    requests.get, url, params=page, headers=headers, timeout=WAIT_S
                )
                answer.raise_for_status()
                await asyncio.sleep(BETWEEN_PAGES_S)

    async def _wait_until(self, condition: Callable[[], object], what: str) -> None:
        """Return as soon as the condition holds; fail with the server's last words if it cannot."""
        deadline_s = perf_counter() + WAIT_S
        while not condition():
            ended = self._server.process.poll() is not None
            if ended or perf_counter() > deadline_s:
                words = "\n".join(self._server.log.splitlines()[-LAST_WORDS:])
                pytest.fail(f"{'ended before' if ended else 'did not get to'} {what}:\n{words}")
            await asyncio.sleep(TURN_S)
