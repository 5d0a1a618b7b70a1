"""One run: a fresh server under the scheduled load, and all that was seen of it.

The generator has one process and one event loop, and nothing in it ever waits for the server: who
sends, when, is fixed before. Afterwards `summary` makes numbers of the record.
"""

import asyncio
import gc
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from load_test.experiment.arrivals import Arrival
from load_test.experiment.clients import CannotConnect, ChatClient
from load_test.experiment.counters import Snapshot
from load_test.experiment.ledger import Ledger
from load_test.experiment.load import Load
from load_test.experiment.phases import slots
from load_test.experiment.prepared import ONE_FILE, Prepared
from load_test.experiment.servers import DRAIN_S, Package, Server

LEAD_IN_S = 0.2  # from the last preparation to the first message
POLL_S = 0.02
LONE_POLL_S = 0.002
LONE_REST_S = 0.1
LONE_TIMEOUT_S = 5.0  # for all lone messages together
CONNECT_ALL_S = 30.0

Watch = Callable[[str, Ledger | None], None]


@dataclass
class RunRecord:
    """What one run leaves, filled in as it goes on. Moments are seconds of `time.perf_counter`.

    The time was up at `ended_s`: when the phases said so, or before that when every message had
    been delivered or refused. `edges` are snapshots of the counters at the start and at the end of
    each phase. After the end the server was told to stop, and the clients listened on until it had
    gone.
    """

    load: Load
    ledger: Ledger
    started_s: float = 0.0
    ended_s: float = 0.0
    edges: list[Snapshot] = field(default_factory=list)
    lone_ms: list[float] = field(default_factory=list)
    peak_rss_bytes: int | None = None
    generator_cpu_share: float = 0.0  # of one core, from start to end
    disconnected: int = 0  # connections that ended before the end
    exit_code: int | None = None  # of the server
    drain_s: float = 0.0
    gone_us: int = 0  # since 1970: nothing of this run is later

    @property
    def schedule(self) -> Sequence[Arrival]:
        """What was to be sent."""
        return self.load.schedule

    @property
    def window_us(self) -> tuple[int, int]:
        """From the start until the server had gone, in microseconds since 1970, as spans count."""
        return self.edges[0].asked_us, self.gone_us


def run_once(
    package: Package,
    prepared: Prepared,
    load: Load,
    data_dir: Path,
    log: Path,
    environment: Mapping[str, str],
    watch: Watch,
    deadline_s: float | None = None,
) -> RunRecord:
    """Start a server on a copy of the prepared folder, load it, stop it.

    `watch` is told what begins, and the ledger that is being written; at `deadline_s` of
    `time.monotonic` the server is ended, if there is one. Raises ProcessFailed.
    """
    data = prepared.copy_to(data_dir)
    with Server(package, data, log, environment, ONE_FILE, deadline_s) as server:
        try:
            return asyncio.run(_drive(server, prepared, load, watch))
        except CannotConnect as error:
            raise server.failure(str(error)) from error


async def _drive(server: Server, prepared: Prepared, load: Load, watch: Watch) -> RunRecord:
    record = RunRecord(load, load.ledger())
    clients = [ChatClient(server.url, n, token) for n, token in enumerate(prepared.tokens)]
    try:
        await connect_all(clients)
        if load.lone_messages:
            watch("a lone user", None)
            record.lone_ms = await _send_lone_messages(load, clients)
        for client in clients:
            client.ledger = record.ledger
        # A collection would stop the generator for a while; a run leaves little to collect.
        gc.collect()
        gc.disable()
        await _apply(load, clients, server, record, watch)
        record.disconnected = sum(client.gone for client in clients)
        watch("the server drains", record.ledger)
        await _stop(server, clients, record)
    finally:
        gc.enable()
        for client in clients:
            client.close()
    return record


async def connect_all(clients: Sequence[ChatClient]) -> None:
    """Connect one after the other, as fast as the server lets them. Raises CannotConnect."""
    try:
        async with asyncio.timeout(CONNECT_ALL_S):
            for client in clients:
                await client.connect()
    except TimeoutError:
        raise CannotConnect(f"did not let all clients connect in {CONNECT_ALL_S:.0f} s") from None


async def _send_lone_messages(load: Load, clients: Sequence[ChatClient]) -> list[float]:
    """Send the lone messages, each when the one before has come back; their times to broadcast."""
    ledger = load.lone_ledger()
    for client in clients:
        client.ledger = ledger
    times_ms = []
    with suppress(TimeoutError):
        async with asyncio.timeout(LONE_TIMEOUT_S):
            for number in range(len(load.schedule), len(load.frames)):
                sent_s = time.perf_counter()
                ledger.send(number, sent_s)
                clients[0].send(load.frames[number])
                while ledger.waiting:
                    await asyncio.sleep(LONE_POLL_S)
                delivered_s = ledger.delivered_s[number]
                if delivered_s is not None:
                    times_ms.append((delivered_s - sent_s) * 1000)
            # The last broadcast is on its way to others still.
            await asyncio.sleep(LONE_REST_S)
    return times_ms


async def _apply(
    load: Load,
    clients: Sequence[ChatClient],
    server: Server,
    record: RunRecord,
    watch: Watch,
) -> None:
    """The phases of the load, and the counters at the end of each."""
    ledger = record.ledger
    *before, last = slots(load.phases)
    record.edges.append(await Snapshot.take(server))
    cpu_s = time.process_time()
    record.started_s = started_s = time.perf_counter() + LEAD_IN_S
    up_s = started_s + last.ends_s
    sending = asyncio.create_task(_send_all(load, clients, ledger, started_s))
    try:
        for slot in before:
            watch(slot.phase.name, ledger)
            await _wait(server, started_s + slot.looks_at_s)
            record.edges.append(await Snapshot.take(server))
        watch(last.phase.name, ledger)
        await _wait(server, up_s, lambda: ledger.settled == len(load.schedule))
    finally:
        sending.cancel()
    now_s = time.perf_counter()
    record.ended_s = min(now_s, up_s)
    record.generator_cpu_share = (time.process_time() - cpu_s) / (now_s - started_s)
    record.edges.append(await Snapshot.take(server))


async def _send_all(
    load: Load, clients: Sequence[ChatClient], ledger: Ledger, started_s: float
) -> None:
    """Send each message at its moment, or as soon after it as this process can."""
    for number, arrival in enumerate(load.schedule):
        left_s = started_s + arrival.at_s - time.perf_counter()
        if left_s > 0:
            await asyncio.sleep(left_s)
        client = clients[arrival.sender]
        if not client.gone:
            ledger.send(number, time.perf_counter())
            client.send(load.frames[number])


async def _wait(server: Server, until_s: float, done: Callable[[], bool] = lambda: False) -> None:
    """Wait for a moment, or until it is `done`. Raises ProcessFailed if the server ends."""
    while not done() and (left_s := until_s - time.perf_counter()) > 0:
        if not server.running:
            raise server.failure(f"ended with code {server.process.returncode} under load")
        await asyncio.sleep(min(POLL_S, left_s))


async def _stop(server: Server, clients: Sequence[ChatClient], record: RunRecord) -> None:
    """SIGTERM, and listen until the server has gone and every connection has ended.

    Raises ProcessFailed if it does not go.
    """
    asked_s = time.perf_counter()
    server.ask_to_stop()
    while server.running or not all(client.gone for client in clients):
        if time.perf_counter() > asked_s + DRAIN_S:
            break
        await asyncio.sleep(POLL_S)
    server.check()
    if server.running:
        raise server.failure(f"did not end within {DRAIN_S:g} s of SIGTERM", timed_out=True)
    record.peak_rss_bytes = server.peak_rss_bytes
    record.exit_code = server.process.poll()
    record.drain_s = time.perf_counter() - asked_s
    record.gone_us = time.time_ns() // 1000
