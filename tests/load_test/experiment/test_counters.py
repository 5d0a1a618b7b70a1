"""Counters are read from outside; what is not offered is None or absent."""

import asyncio
import time

from load_test.experiment.counters import (
    FILE_WRITES,
    STORED,
    Snapshot,
    increase,
    read_metrics,
)
from load_test.experiment.servers import Server
from tests.load_test.experiment.records import snapshot


def test_a_snapshot_holds_what_server_and_system_count(server: Server) -> None:
    before = asyncio.run(Snapshot.take(server))
    after = asyncio.run(Snapshot.take(server))

    assert before.asked_s < before.answered_s <= time.perf_counter()
    assert before.asked_us < before.answered_us <= time.time() * 1_000_000
    assert increase(before, after, STORED) == 0
    assert FILE_WRITES in before.metrics
    assert before.metrics['chat_messages_refused_total{reason="queue_full"}'] == 0
    assert after.cpu_s is not None
    assert 0 < after.cpu_s < 60


def test_the_increase_of_what_is_not_counted_is_none() -> None:
    before, after = snapshot(0, 5, 2, 100), snapshot(1, 12, 4, 300)

    assert increase(before, after, STORED) == 7
    assert increase(before, after, "chat_unheard_of_total") is None


def test_a_server_that_does_not_answer_has_no_metrics() -> None:
    assert asyncio.run(read_metrics("http://127.0.0.1:9")) == {}


def test_one_that_never_ends_its_answer_is_given_up() -> None:
    async def ask() -> dict[str, float]:
        gone = asyncio.Event()

        async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(-1)
            writer.close()
            gone.set()

        server = await asyncio.start_server(hold, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        found = await read_metrics(f"http://127.0.0.1:{port}", within_s=0.1)
        await gone.wait()
        server.close()
        return found

    assert asyncio.run(ask()) == {}


def test_an_answer_without_end_is_cut() -> None:
    async def ask() -> dict[str, float]:
        async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while True:
                    writer.write(b"HTTP/1.0 200 OK\r\n\r\nnoise 1\n" * 10_000)
                    await writer.drain()
            except ConnectionError:
                writer.close()

        server = await asyncio.start_server(flood, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        found = await read_metrics(f"http://127.0.0.1:{port}")
        server.close()
        return found

    assert asyncio.run(ask()).get("noise") == 1
