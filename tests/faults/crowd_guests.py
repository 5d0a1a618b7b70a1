"""The connections of a crowd under faults: they send by turns and note all that came back.

Message n is sent by user n % senders, so that each sender's numbers rise. It ends with its number,
by which it is found in the files and in the history, too.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import requests

from load_test.experiment.arrivals import packet
from load_test.experiment.clients import ChatClient, frame
from load_test.experiment.ledger import Ledger
from load_test.experiment.prepared import Prepared

ENGINEIO_CLOSE = b"1"
NO_CLOSE_FRAME = 1006  # what `websockets` says of a connection that ended without one
NUMBER = re.compile(r"\((\d+)\)$")
PAGE_MESSAGES = 100  # the most that one request gives
ANSWER_S = 10.0
TURN_S = 0.005  # between two looks at how much is in flight
AT_A_TURN = 20  # 4,000 a second: twice what the fastest server stores


def number_of(record: dict[str, Any]) -> int:
    """The number of a message, from its content; raises TypeError for one that is not ours."""
    return int(NUMBER.search(record["content"])[1])  # type: ignore[index]


class Guest(ChatClient):
    """A client that also knows the last message it saw, and how its connection ended."""

    last_id = ""
    said_goodbye = False  # the server did
    was_reset = False

    @property
    def ended_properly(self) -> bool:
        """Whether the server said goodbye in Engine.IO or in WebSocket, and then hung up."""
        closed = self.said_goodbye or self._protocol.close_code not in (None, NO_CLOSE_FRAME)
        return self.gone and closed and not self.was_reset

    def read(self, packet: bytes, at_s: float) -> None:
        """Read one packet that came at that moment."""
        self.said_goodbye |= packet == ENGINEIO_CLOSE
        super().read(packet, at_s)

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio: the connection has ended."""
        self.was_reset = error is not None
        super().connection_lost(error)

    def _on_event(self, name: str, payload: dict[str, Any], at_s: float) -> None:
        if name == "message":
            self.last_id = payload["id"]
        super()._on_event(name, payload, at_s)


class Guests:
    """All users of a crowd, connected to one server after the other; one ledger for them all."""

    def __init__(self, crowd: Prepared, most_messages: int, senders: int | None = None) -> None:
        """The first `senders` users send; all, unless told otherwise."""
        users = len(crowd.tokens)
        self.crowd = crowd
        self.guests: dict[int, Guest] = {}  # by user
        self.next_number = 0
        sender_of = [number % (senders or users) for number in range(most_messages)]
        self.ledger = Ledger(sender_of, [user % len(crowd.rooms) for user in range(users)])

    async def connect(self, url: str) -> list[int]:
        """Connect all who are not; who they are. Raises CannotConnect."""
        here = {user for user, guest in self.guests.items() if not guest.gone}
        came = [user for user in range(len(self.crowd.tokens)) if user not in here]
        for user in came:
            guest = Guest(url, user, self.crowd.tokens[user])
            guest.ledger = self.ledger
            if before := self.guests.get(user):
                guest.last_id = before.last_id
            self.guests[user] = guest
            await guest.connect()
        return came

    def send_next(self) -> None:
        """Let its sender send the next message, if they are connected."""
        number = self.next_number
        self.next_number += 1
        sender = self.ledger.senders[number]
        if not self.guests[sender].gone:
            data = frame(packet(number, self.crowd.room_of(sender)))
            self.ledger.send(number, perf_counter())
            self.guests[sender].send(data)

    async def flood(
        self, in_flight: int, until: Callable[[], bool], at_a_turn: int = AT_A_TURN
    ) -> None:
        """Send until something has happened, with at most so many neither delivered nor refused."""
        while not until():
            left = len(self.ledger.senders) - self.next_number
            for _ in range(min(left, at_a_turn, in_flight - self.ledger.waiting)):
                self.send_next()
            await asyncio.sleep(TURN_S)

    async def all_gone(self, within_s: float) -> bool:
        """Wait until every connection has ended, and so all has been read; whether they did."""
        deadline_s = perf_counter() + within_s
        while not all(guest.gone for guest in self.guests.values()):
            if perf_counter() > deadline_s:
                return False
            await asyncio.sleep(TURN_S)
        return True

    def catch_up(self, url: str, users: Sequence[int]) -> None:
        """Let users read what they missed since the last message they saw."""
        for user in users:
            guest = self.guests[user]
            while guest.last_id and (page := self._page_after(url, user)):
                for record in page:
                    self.ledger.receive(user, number_of(record), perf_counter())
                guest.last_id = page[-1]["id"]

    def _page_after(self, url: str, user: int) -> list[dict[str, Any]]:
        answer = requests.get(
            f"{url}/api/chatrooms/{self.crowd.room_of(user).room_id}/messages",
            params={"after": self.guests[user].last_id, "limit": str(PAGE_MESSAGES)},
            headers={"Authorization": f"Bearer {self.crowd.tokens[user]}"},
            timeout=ANSWER_S,
        )
        answer.raise_for_status()
        return list(answer.json()["messages"])

    async def close(self) -> None:
        """End all connections that are left."""
        for guest in self.guests.values():
            guest.close()
        await asyncio.sleep(0)  # asyncio closes the sockets then
