"""All prepared users, connected to one server after the other, and every message they send.

Message n is sent by user n % users, so that each sender's numbers rise. Its content is fresh, and
tells its number to nobody but us: by it the message is found in the files.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from time import perf_counter

from load_test.experiment.clients import CannotConnect, frame
from load_test.experiment.ledger import Ledger
from load_test.experiment.servers import Server
from tests.checklist.scenario import Stage
from tests.checklist.scenarios.stored import Record
from tests.faults.crowd_guests import Guest

LOOK_S = 0.01
CONTENT_BITS = 64  # so that no two messages are alike


class Crowd:
    """The connections, what they sent, and the ledger of what came back."""

    def __init__(self, stage: Stage, most_messages: int) -> None:
        """No more than `most_messages` can be sent in all."""
        self._prepared, self._chance = stage.prepared, stage.chance
        users = len(stage.prepared.tokens)
        rooms = [user % len(stage.prepared.rooms) for user in range(users)]
        self.ledger = Ledger([number % users for number in range(most_messages)], rooms)
        self.guests: dict[int, Guest] = {}  # by user
        self.next_number = 0
        self._members = [len(stage.prepared.room_of(user).members) for user in range(users)]
        self._server: Server
        self._numbers: dict[str, int] = {}  # by content

    async def connect(self, server: Server) -> None:
        """Connect everybody to a server. Raises ProcessFailed if it does not let them."""
        self._server = server
        try:
            for user, token in enumerate(self._prepared.tokens):
                guest = self.guests[user] = Guest(server.url, user, token)
                guest.ledger = self.ledger
                await guest.connect()
        except CannotConnect as error:
            raise server.failure(str(error)) from error

    async def close(self) -> None:
        """End all connections that are left."""
        for guest in self.guests.values():
            guest.close()
        await asyncio.sleep(0)  # asyncio closes the sockets then

    def send(self, count: int, filling: str = "") -> range:
        """Send the next messages at once, each ending with `filling`; their numbers."""
        first = self.next_number
        self.next_number += count
        for number in range(first, self.next_number):
            sender = self.ledger.senders[number]
            content = f"{self._chance.getrandbits(CONTENT_BITS):016x}{filling}"
            self._numbers[content] = number
            payload = {
                "roomId": self._prepared.room_of(sender).room_id,
                "content": content,
                "clientId": str(number),
            }
            packet = f"42{number}{json.dumps(['send_message', payload], ensure_ascii=False)}"
            if not self.guests[sender].gone:
                self.ledger.send(number, perf_counter())
                self.guests[sender].send(frame(packet.encode()))
        return range(first, self.next_number)

    async def until(self, condition: Callable[[], bool], within_s: float) -> bool:
        """Wait for something, so long at most; whether it happened.

        Raises ProcessFailed if the server ends meanwhile: nobody told it to.
        """
        deadline_s = perf_counter() + within_s
        while not condition():
            self._server.check()
            if not self._server.running:
                code = self._server.process.returncode
                raise self._server.failure(f"ended by itself, with exit code {code}")
            if perf_counter() > deadline_s:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def all_gone(self, within_s: float) -> None:
        """Wait until every connection has ended, and so all was read, but no longer than that."""
        deadline_s = perf_counter() + within_s
        while any(not guest.gone for guest in self.guests.values()):
            if perf_counter() > deadline_s:
                return
            await asyncio.sleep(LOOK_S)

    async def rest(self, seconds: float) -> None:
        """Wait so long. Raises ProcessFailed if the server ends meanwhile."""
        await self.until(lambda: False, seconds)

    @property
    def answers(self) -> int:
        """How many messages were acknowledged or refused."""
        ledger = self.ledger
        return sum(map(bool, ledger.acknowledged_as)) + sum(map(bool, ledger.refused_as))

    def settled(self, numbers: Iterable[int]) -> bool:
        """Whether each of these was refused, or acknowledged and shown to its sender."""
        ledger = self.ledger
        return all(
            ledger.refused_s[each] or (ledger.acknowledged_s[each] and ledger.delivered_s[each])
            for each in numbers
        )

    def told(self) -> bool:
        """Whether all that somebody saw was shown to everybody in its room."""
        ledger = self.ledger
        due = sum(self._members[ledger.senders[each]] for each in ledger.first_seen)
        return sum(map(len, ledger.received)) >= due

    def numbers_of(self, records: Iterable[Record]) -> list[int]:
        """The numbers of the messages among these records that are ours, in their order."""
        contents = (str(record.get("content")) for record in records)
        return [self._numbers[each] for each in contents if each in self._numbers]
