"""The flood server counts what clients really read, and is taken for a chat server."""

import asyncio
import time
from collections.abc import Callable

import requests

from load_test.experiment.arrivals import packet
from load_test.experiment.clients import ChatClient, frame
from load_test.experiment.ledger import Ledger
from load_test.experiment.prepared import Room
from tests.benchmarks.flood import CHUNK, FIELDS, MESSAGES, WINDOW, FloodServer, broadcasts

WITHIN_S = 10.0
CLIENTS = 2


async def wait_until(condition: Callable[[], object]) -> None:
    """Let others run until the condition holds; raises TimeoutError if it never does."""
    async with asyncio.timeout(WITHIN_S):
        while not condition():
            await asyncio.sleep(0.002)


async def connect(server: FloodServer, ledger: Ledger) -> list[ChatClient]:
    """Clients who write into the ledger."""
    clients = [ChatClient(server.url, member, "token") for member in range(CLIENTS)]
    for client in clients:
        client.ledger = ledger
        await client.connect()
    await wait_until(lambda: len(server.members) == CLIENTS)
    return clients


def empty_ledger() -> Ledger:
    """A ledger for all that is broadcast."""
    return Ledger([number % CLIENTS for number in range(MESSAGES)], [0] * CLIENTS)


def test_what_was_read_is_counted() -> None:
    ledger = empty_ledger()

    async def flood() -> int:
        async with FloodServer(broadcasts(CLIENTS)) as server:
            await connect(server, ledger)
            server.flood()
            await wait_until(lambda: server.read >= 20 * CHUNK)
            return server.read

    read = asyncio.run(flood())

    received = sum(map(len, ledger.received))
    assert read <= received <= read + CLIENTS * WINDOW * CHUNK
    assert ledger.unreadable == 0
    for numbers in ledger.received:
        assert numbers == list(range(len(numbers)))


def test_a_rate_is_kept_to_and_the_flood_is_not() -> None:
    ledger = empty_ledger()
    events = 8 * CHUNK
    per_s = 2_000.0

    async def broadcast() -> float:
        async with FloodServer(broadcasts(CLIENTS)) as server:
            await connect(server, ledger)
            started_s = time.perf_counter()
            broadcasting = asyncio.create_task(server.broadcast(per_s))
            await wait_until(lambda: server.read >= events)
            broadcasting.cancel()
            return time.perf_counter() - started_s

    took_s = asyncio.run(broadcast())

    # Not the last of the events comes at the end of its interval, but at the beginning.
    assert took_s >= (events - CLIENTS) / per_s
    assert ledger.received[0] == list(range(len(ledger.received[0])))


def test_a_message_is_acknowledged() -> None:
    ledger = empty_ledger()

    async def send() -> None:
        async with FloodServer(broadcasts(CLIENTS)) as server:
            clients = await connect(server, ledger)
            ledger.send(7, time.perf_counter())
            clients[0].send(frame(packet(7, Room("room", ()))))
            await wait_until(lambda: ledger.acknowledged_as[7])

    asyncio.run(send())

    assert ledger.acknowledged_as[7] == "queued"


def test_every_request_on_the_way_in_finds_its_fields() -> None:
    async def log_in() -> requests.Response:
        async with FloodServer(broadcasts(CLIENTS)) as server:
            url = f"{server.url}/api/auth/login"
            body = {"username": "minji", "password": "midnight"}
            return await asyncio.to_thread(requests.post, url, json=body, timeout=WITHIN_S)

    answer = asyncio.run(log_in())

    assert answer.status_code == 201
    assert answer.json() == FIELDS
