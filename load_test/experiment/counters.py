"""What the server and the operating system count, read at the edges of phases, from outside.

Two witnesses: the server's own books at ``/metrics``, and the operating system through psutil.
What one of them does not offer is None, never guessed.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psutil

from load_test.experiment.servers import Server
from observability import names

STORED = f"{names.STORED}_total"
FILE_WRITES = f"{names.FILE_WRITES}_total"
FILE_WRITTEN_BYTES = f"{names.FILE_WRITTEN_BYTES}_total"
SPANS_DROPPED = f"{names.SPANS_DROPPED}_total"

# A server whose processor is busy with its files answers between two of them.
ANSWER_TIMEOUT_S = 3.0
MOST_ANSWER_BYTES = 1_000_000  # a hundred times what ours answer


@dataclass(frozen=True)
class Snapshot:
    """All counters at one moment: the server read its books between `asked_s` and `answered_s`.

    `metrics` is empty if it did not answer. What the process took of the system, the work meter, is
    told by the system itself; reads, writes and their bytes only on Linux.
    """

    asked_s: float  # time.perf_counter
    answered_s: float
    asked_us: int  # since 1970, as in spans
    answered_us: int
    metrics: Mapping[str, float]
    cpu_s: float | None
    os_written_bytes: int | None  # to disks, which counts whole pages
    os_read_bytes: int | None = None  # by calls, of which the memory of the system answers most
    os_read_calls: int | None = None
    os_write_calls: int | None = None
    context_switches: int | None = None  # of the main thread

    @classmethod
    async def take(cls, server: Server) -> "Snapshot":
        """Ask a server, and the operating system about its process."""
        asked_s, asked_us = time.perf_counter(), _now_us()
        metrics = await read_metrics(server.url)
        answered_s, answered_us = time.perf_counter(), _now_us()
        return cls(asked_s, answered_s, asked_us, answered_us, metrics, *_meter(server.pid))


def _meter(pid: int) -> Iterator[Any]:
    """The work meter of a process: the last fields of a snapshot, in their order."""
    cpu_s = switches = None
    counted: Any = None
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        times = process.cpu_times()
        cpu_s = times.user + times.system
        switches = sum(process.num_ctx_switches())
        if hasattr(process, "io_counters"):
            counted = process.io_counters()
    yield cpu_s
    for name in ("write_bytes", "read_chars", "read_count", "write_count"):
        yield getattr(counted, name, None)
    yield switches


def increase(before: Snapshot, after: Snapshot, name: str) -> int | None:
    """How much a counter of ``/metrics`` grew between two snapshots."""
    if name not in before.metrics or name not in after.metrics:
        return None
    return round(after.metrics[name] - before.metrics[name])


async def read_metrics(url: str, within_s: float = ANSWER_TIMEOUT_S) -> dict[str, float]:
    """The numbers at ``/metrics``, by name with labels; none if it does not answer in time."""
    try:
        async with asyncio.timeout(within_s):
            text = await _get(url, "/metrics")
    except OSError:  # a TimeoutError is one
        return {}
    numbers = {}
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        with suppress(ValueError):
            if not line.startswith("#"):
                numbers[name] = float(value)
    return numbers


async def _get(url: str, path: str) -> str:
    """The body of an answer. By hand, since a library's client would need a thread to wait in."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {address.netloc}\r\n\r\n".encode())
        answer = await _read(reader)
    finally:
        writer.close()
    return answer.decode(errors="replace").partition("\r\n\r\n")[2]


async def _read(reader: asyncio.StreamReader) -> bytes:
    """All that comes, or as much of it as an answer may have."""
    answer = b""
    while len(answer) < MOST_ANSWER_BYTES and (more := await reader.read(MOST_ANSWER_BYTES)):
        answer += more
    return answer


def _now_us() -> int:
    return time.time_ns() // 1_000
