"""The raw clients speak to a real server, and cope with one that talks nonsense."""

import asyncio
import json
import time

import pytest

from load_test.experiment.arrivals import packet
from load_test.experiment.clients import CannotConnect, ChatClient, frame
from load_test.experiment.ledger import Books, Ledger
from load_test.experiment.prepared import Prepared
from load_test.experiment.servers import Server

WITHIN_S = 10.0


async def settled(ledger: Ledger, received: int) -> None:
    """Wait until all that was sent has an outcome, and so many broadcasts came."""
    async with asyncio.timeout(WITHIN_S):
        while ledger.waiting or sum(map(len, ledger.received)) < received:
            await asyncio.sleep(0.01)


async def connect_in_vain(url: str) -> None:
    """Connect with a token that nobody gave out."""
    await ChatClient(url, 0, "wrong").connect()


def test_messages_reach_every_member_once_and_in_order(server: Server, prepared: Prepared) -> None:
    messages = 30
    ledger = Ledger([number % 4 for number in range(messages)], [0, 1, 0, 1])

    async def chat() -> None:
        clients = [ChatClient(server.url, n, token) for n, token in enumerate(prepared.tokens)]
        for client in clients:
            await client.connect()
            client.ledger = ledger
        for number in range(messages):
            ledger.send(number, time.perf_counter())
            clients[number % 4].send(frame(packet(number, prepared.room_of(number % 4))))
        await settled(ledger, 2 * messages)
        for client in clients:
            client.close()

    asyncio.run(chat())

    assert ledger.delivered == messages
    assert set(ledger.acknowledged_as) == {"stored"}
    assert ledger.books().missing == ledger.books().out_of_order == ledger.unreadable == 0


def test_a_refusal_is_written_with_its_code(server: Server, prepared: Prepared) -> None:
    ledger = Ledger([0], [0, 1, 0, 1])

    async def intrude() -> None:
        client = ChatClient(server.url, 0, prepared.tokens[0])
        await client.connect()
        client.ledger = ledger
        ledger.send(0, time.perf_counter())
        client.send(frame(packet(0, prepared.room_of(1))))  # a room of others
        await settled(ledger, 0)
        client.close()

    asyncio.run(intrude())

    assert ledger.refused_as == ["room_not_found"]


def test_a_wrong_token_cannot_connect(server: Server) -> None:
    with pytest.raises(CannotConnect, match="refused a token"):
        asyncio.run(connect_in_vain(server.url))


def test_nobody_there_cannot_connect() -> None:
    with pytest.raises(CannotConnect, match="did not let a client connect"):
        asyncio.run(connect_in_vain("http://127.0.0.1:9"))


@pytest.mark.parametrize(
    "nonsense",
    [
        b"42",
        b"42{}",
        b'42["message"]',
        b'42["message",{"clientId":"99"}]',  # not one of ours
        b'42["message",{"clientId":7}]',
        b'42["message",{"clientId":"-1"}]',
        b'42["error",{"code":"internal","id":"unknown"}]',
        b'430["ok"]',
        b'43-1[{"status":"stored","id":"1"}]',
        b'43[{"status":"stored"}]',
        b'430[{"status":"perhaps","id":"1"}]',
        b'42["error",{"code":["internal"],"clientId":"0"}]',
        b'42["error",{"code":"' + 41 * b"x" + b'","clientId":"0"}]',
        b'430[{"status":"refused","error":"no"}]',
        b"42" + 100_000 * b"[",
        b"\xff\xfe",
    ],
)
def test_nonsense_is_counted_and_changes_nothing(nonsense: bytes) -> None:
    ledger = Ledger([0], [0])

    async def hear() -> None:
        client = ChatClient("http://127.0.0.1:9", 0, "token")
        client.ledger = ledger
        client.read(nonsense, 1.0)

    asyncio.run(hear())

    assert ledger.unreadable == (nonsense != b"\xff\xfe")  # of an unknown kind: not for us
    assert ledger.settled == ledger.delivered == 0
    assert ledger.received == [[]]


def test_an_error_after_the_acknowledgement_finds_its_message() -> None:
    ledger = Ledger([0, 0], [0])

    async def hear() -> None:
        client = ChatClient("http://127.0.0.1:9", 0, "token")
        client.ledger = ledger
        client.read(b"431" + json.dumps([{"status": "queued", "id": "abc"}]).encode(), 1.0)
        error = {"code": "storage_unavailable", "id": "abc"}
        client.read(b"42" + json.dumps(["error", error]).encode(), 2.0)

    asyncio.run(hear())

    assert ledger.acknowledged_as == [None, "queued"]
    assert ledger.refused_as == [None, "storage_unavailable"]
    assert ledger.books().answered_twice == 0


@pytest.mark.parametrize(
    "second",
    [
        b'430[{"status":"queued","id":"abc"}]',
        b'430[{"status":"refused","error":{"code":"queue_full"}}]',
        b'42["error",{"code":"internal","id":"abc"}]',
    ],
)
def test_a_second_outcome_is_noticed(second: bytes) -> None:
    ledger = Ledger([0], [0])

    async def hear() -> None:
        client = ChatClient("http://127.0.0.1:9", 0, "token")
        client.ledger = ledger
        client.read(b'430[{"status":"queued","id":"abc"}]', 1.0)
        client.read(b'42["message",{"clientId":"0"}]', 2.0)
        client.read(second, 3.0)

    asyncio.run(hear())

    assert ledger.books() == Books(0, 0, 0, 0, 0, answered_twice=1)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"", "closed a connection at once"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "answered a client with something that is no HTTP"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered a client with 404"),
        (b"x" * 100_000, "answered a client with something that is no HTTP"),
    ],
)
def test_what_is_no_socket_io_cannot_be_connected_to(answer: bytes, problem: str) -> None:
    def reply(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    async def connect() -> None:
        server = await asyncio.start_server(reply, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await connect_in_vain(f"http://127.0.0.1:{port}")

    with pytest.raises(CannotConnect, match=problem):
        asyncio.run(connect())


def test_a_frame_too_large_ends_the_connection(server: Server, prepared: Prepared) -> None:
    client_side = Ledger([0], [0])

    async def hear() -> bool:
        client = ChatClient(server.url, 0, prepared.tokens[0])
        await client.connect()
        client.ledger = client_side
        # As if the server announced 16 MB of text, in a frame of its own.
        client.data_received(b"\x81\x7f" + (16_000_000).to_bytes(8, "big") + b"42")
        async with asyncio.timeout(WITHIN_S):
            while not client.gone:
                await asyncio.sleep(0.01)
        return client.gone

    assert asyncio.run(hear())
    assert client_side.books() == Books(0, 0, 0, 0, 0)
