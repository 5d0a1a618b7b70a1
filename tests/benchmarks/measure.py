"""One run of the benchmark: clients of one kind, in a process on a core of its own, are flooded."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from load_test.experiment.processes import PythonProcess
from tests.benchmarks.flood import FloodServer

CONNECT_S = 60.0  # that all clients of a process may take to connect
END_S = 10.0  # that sending clients may take to end, after their time
WARM_UP_S = 0.5
POLL_S = 0.02
A_DAY_S = "86400"  # until a guest of Locust sends something


@dataclass(frozen=True)
class Kind:
    """A way to be many chat clients: the module to run, and its flags for a URL and a number."""

    name: str
    module: str
    flags: Callable[[str, int], list[str]]


def _guests(url: str, clients: int) -> list[str]:
    """Locust with one of this project's users, as people run it; they do nothing but listen."""
    users = ["--users", str(clients), "--spawn-rate", str(clients), "--pause", A_DAY_S]
    return ["-f", "load_test/locustfile.py", "Reveller", "--headless", "--host", url, *users]


EXPERIMENT = Kind("experiment", "tests.benchmarks.raw_clients", lambda url, n: [url, str(n), "0"])
LOCUST = Kind("locust", "locust", _guests)
PLAIN = Kind("python-socketio", "tests.benchmarks.plain_clients", lambda url, n: [url, str(n)])
KINDS = (EXPERIMENT, LOCUST, PLAIN)


@dataclass(frozen=True)
class Setup:
    """What all runs have in common."""

    frames: Sequence[bytes]  # that are broadcast
    clients: int
    seconds: float  # that are measured, after the warm-up
    core: int | None  # that clients are bound to; None where a system does not bind
    log: Path  # of the latest clients


@dataclass(frozen=True)
class Reading:
    """What the clients of one process did. Shares are of one core.

    Where `flood_cpu_share` is near 1 the server was the limit, and the clients could do more.
    """

    events_per_s: float
    events_per_cpu_s: float
    cpu_share: float
    flood_cpu_share: float


def divide_cores() -> int | None:
    """Bind this process, the server, to its first core; the last one is for clients.

    None, and nothing done, where the system does not bind processes (macOS) or has one core.
    """
    process = psutil.Process()
    if not hasattr(process, "cpu_affinity"):
        return None
    cores: list[int] = process.cpu_affinity()
    if len(cores) < 2:
        return None
    process.cpu_affinity(cores[:1])
    return cores[-1]


async def saturate(kind: Kind, setup: Setup) -> Reading:
    """What clients of a kind do when there is always something to read. Raises ProcessFailed."""
    async with FloodServer(setup.frames) as server:
        flags = kind.flags(server.url, setup.clients)
        with PythonProcess(kind.module, flags, setup.log, {}) as process:
            await _connected(server, process, setup)
            server.flood()
            return await _read(server, process, setup.seconds)


async def send(events_per_s: float, setup: Setup) -> tuple[Reading, dict[str, Any]]:
    """Let the experiment's clients send while so many events come in; what `raw_clients` prints.

    Raises ProcessFailed.
    """
    async with FloodServer(setup.frames) as server:
        seconds = setup.seconds + WARM_UP_S  # longer than it is watched
        flags = [server.url, str(setup.clients), str(seconds)]
        with PythonProcess(EXPERIMENT.module, flags, setup.log, {}) as process:
            await _connected(server, process, setup)
            broadcasting = asyncio.create_task(server.broadcast(events_per_s))
            reading = await _read(server, process, setup.seconds)
            with suppress(TimeoutError):
                async with asyncio.timeout(END_S):
                    while process.running:
                        await asyncio.sleep(POLL_S)
            broadcasting.cancel()
            if process.process.poll() != 0:
                raise process.failure("did not send to the end")
    return reading, json.loads(setup.log.read_text().splitlines()[-1])


async def _connected(server: FloodServer, process: PythonProcess, setup: Setup) -> None:
    """Bind the clients to their core, and wait until all are there."""
    if setup.core is not None:
        psutil.Process(process.pid).cpu_affinity([setup.core])
    deadline_s = time.perf_counter() + CONNECT_S
    while len(server.members) < setup.clients:
        if not process.running:
            raise process.failure("ended before its clients had connected")
        if time.perf_counter() > deadline_s:
            connected = f"{len(server.members)} of {setup.clients} clients"
            raise process.failure(f"connected {connected} within {CONNECT_S:.0f} s")
        await asyncio.sleep(POLL_S)


async def _read(server: FloodServer, process: PythonProcess, seconds: float) -> Reading:
    """What was read and what it cost in so many seconds, after the warm-up."""
    await asyncio.sleep(WARM_UP_S)
    before = _counters(server, process)
    await asyncio.sleep(seconds)
    if not process.running:
        raise process.failure("ended under the flood")
    after = _counters(server, process)
    elapsed_s, events, cpu_s, flood_cpu_s = (b - a for a, b in zip(before, after, strict=True))
    if not events or not cpu_s:
        raise process.failure(f"read nothing in {seconds} s; try more with --seconds")
    return Reading(
        events_per_s=events / elapsed_s,
        events_per_cpu_s=events / cpu_s,
        cpu_share=cpu_s / elapsed_s,
        flood_cpu_share=flood_cpu_s / elapsed_s,
    )


def _counters(server: FloodServer, process: PythonProcess) -> tuple[float, float, float, float]:
    """Now, the events read, and the processor seconds of the clients and of this process."""
    clients = psutil.Process(process.pid).cpu_times()
    return time.perf_counter(), server.read, clients.user + clients.system, time.process_time()
