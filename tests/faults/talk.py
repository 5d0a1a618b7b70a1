"""People who talk at a light, steady rate while something happens that they must not notice."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

from load_test.experiment.clients import ChatClient, frame
from load_test.experiment.ledger import Ledger
from load_test.experiment.prepared import Prepared
from observability.spans import percentile
from tests.faults.outcome import Outcome

SETTLE_S = 15.0  # for the last messages to be delivered
POLL_S = 0.02


@dataclass
class Talkers:
    """Some users of a crowd, connected; they speak whenever chance picks them."""

    crowd: Prepared
    users: Sequence[int]
    clients: Sequence[ChatClient]
    chance: random.Random

    async def talk(
        self, rate_per_s: float, seconds: float, content: str = "Happy New Year"
    ) -> Ledger:
        """Send messages at a rate, and wait until all have come, for 15 s at most.

        Latencies count from the moment when a message was to be sent, whatever the server does.
        """
        count = round(rate_per_s * seconds)
        senders = [self.chance.randrange(len(self.users)) for _ in range(count)]
        rooms = [self.crowd.room_of(user) for user in self.users]
        frames = [
            a_message(number, rooms[sender].room_id, f"{content} ({number})")
            for number, sender in enumerate(senders)
        ]
        ledger = Ledger(senders, [room.members[0] for room in rooms])
        for client in self.clients:
            client.ledger = ledger
        at_s = perf_counter()
        for number, data in enumerate(frames):
            at_s += self.chance.expovariate(rate_per_s)
            await asyncio.sleep(max(0.0, at_s - perf_counter()))
            ledger.send(number, at_s)
            self.clients[senders[number]].send(data)
        members = Counter(ledger.rooms)
        deliveries = sum(members[ledger.rooms[sender]] for sender in senders)
        deadline_s = perf_counter() + SETTLE_S
        while sum(map(len, ledger.received)) < deliveries and perf_counter() < deadline_s:
            await asyncio.sleep(POLL_S)
        return ledger


def a_message(number: int, room_id: str, content: str) -> bytes:
    """The frame that sends a message and wants it acknowledged."""
    payload = {"roomId": room_id, "content": content, "clientId": str(number)}
    packet = f"42{number}{json.dumps(['send_message', payload], ensure_ascii=False)}"
    return frame(packet.encode())


@asynccontextmanager
async def talkers(
    crowd: Prepared, url: str, users: Sequence[int], chance: random.Random
) -> AsyncIterator[Talkers]:
    """The connections of some users, which are cut at the end."""
    clients = [ChatClient(url, place, crowd.tokens[user]) for place, user in enumerate(users)]
    try:
        for client in clients:
            await client.connect()
        yield Talkers(crowd, users, clients, chance)
    finally:
        for client in clients:
            client.close()


def p99_ms(ledgers: Sequence[Ledger]) -> float:
    """The 99th percentile of the latencies in all of them, to the senders' own broadcasts."""
    latencies_ms = [
        (delivered_s - sent_s) * 1000
        for ledger in ledgers
        for sent_s, delivered_s in zip(ledger.sent_s, ledger.delivered_s, strict=True)
        if sent_s is not None and delivered_s is not None
    ]
    return percentile(latencies_ms, 99) if latencies_ms else float("inf")


def judge(outcome: Outcome, ledger: Ledger, when: str) -> None:
    """Add a talk to the books: all of it must have been accepted, and have come in order."""
    books = ledger.books()
    outcome.acknowledged += sum(each is not None for each in ledger.acknowledged_s)
    outcome.lost += books.lost + books.missing
    outcome.doubled += books.doubled
    outcome.out_of_order += books.out_of_order
    refused = sum(each is not None for each in ledger.refused_s)
    if refused or ledger.waiting or books.strangers or books.answered_twice or books.unreadable:
        outcome.broken.append(
            f"{when}: of {ledger.sent} messages {refused} were refused, {ledger.waiting} never "
            f"came; {books.strangers} deliveries to strangers, {books.answered_twice} answered "
            f"twice, {books.unreadable} packets unreadable"
        )
