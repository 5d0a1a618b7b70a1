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

from load_test.experiment.arrivals import Arrival, packet
from load_test.experiment.clients import CannotConnect, ChatClient, frame
from load_test.experiment.counters import Snapshot, watch_memory
from load_test.experiment.ledger import Ledger
from load_test.experiment.prepared import Prepared
from load_test.experiment.servers import DRAIN_S, Package, Server
from load_test.experiment.settings import Settings

LEAD_IN_S = 0.2  # from the last preparation to the first message
POLL_S = 0.02
LONE_POLL_S = 0.002
LONE_REST_S = 0.1
LONE_TIMEOUT_S = 5.0  # for all lone messages together

Watch = Callable[[str, Ledger | None], None]


@dataclass
class RunRecord:
    """What one run leaves, filled in as it goes on. Moments are seconds of `time.perf_counter`.

    The time was up at `ended_s`: when the settings said so, or before that when every message had
    been delivered or refused. `edges` are snapshots of the counters at the start, in the quiet
    before midnight, and at the end. After the end the server was told to stop, and the clients
    listened on until it had gone.
    """

    settings: Settings
    schedule: Sequence[Arrival]
    ledger: Ledger
    started_s: float = 0.0
    ended_s: float = 0.0
    edges: list[Snapshot] = field(default_factory=list)
    lone_ms: list[float] = field(default_factory=list)
    peak_rss_bytes: list[int] = field(default_factory=list)  # one number, or none
    generator_cpu_share: float = 0.0  # of one core, from start to end
    disconnected: int = 0  # connections that ended before the end
    exit_code: int | None = None  # of the server; None if it had to be killed
    drain_s: float = 0.0
    gone_us: int = 0  # since 1970: nothing of this run is later

    @property
    def window_us(self) -> tuple[int, int]:
        """From the start until the server had gone, in microseconds since 1970, as spans count."""
        return self.edges[0].asked_us, self.gone_us


@dataclass(frozen=True)
class Load:
    """What is sent, made before the run: the schedule and a frame for each of its messages.

    The lone messages have the numbers after the schedule's, so that nothing confuses them.
    """

    settings: Settings
    schedule: Sequence[Arrival]
    frames: Sequence[bytes]

    @classmethod
    def make(cls, settings: Settings, schedule: Sequence[Arrival], prepared: Prepared) -> "Load":
        """The load of a run on servers that were prepared so."""
        senders = [arrival.sender for arrival in schedule] + [0] * settings.lone_messages
        frames = [
            frame(packet(number, prepared.room_of(sender))) for number, sender in enumerate(senders)
        ]
        return cls(settings, schedule, frames)

    def ledger(self) -> Ledger:
        """An empty ledger for the schedule."""
        return self._ledger([arrival.sender for arrival in self.schedule])

    def lone_ledger(self) -> Ledger:
        """An empty ledger that has room for the numbers of the lone messages."""
        return self._ledger([0] * len(self.frames))

    def _ledger(self, senders: Sequence[int]) -> Ledger:
        settings = self.settings
        return Ledger(senders, [user % settings.rooms for user in range(settings.users)])


def run_once(
    package: Package,
    prepared: Prepared,
    load: Load,
    data_dir: Path,
    log: Path,
    environment: Mapping[str, str],
    watch: Watch,
) -> RunRecord:
    """Start a server on a copy of the prepared folder, load it, stop it.

    `watch` is told what begins, and the ledger that is being written. Raises ProcessFailed.
    """
    with Server(package, prepared.copy_to(data_dir), log, environment) as server:
        try:
            return asyncio.run(_drive(server, prepared, load, watch))
        except CannotConnect as error:
            raise server.failure(str(error)) from error


async def _drive(server: Server, prepared: Prepared, load: Load, watch: Watch) -> RunRecord:
    record = RunRecord(load.settings, load.schedule, load.ledger())
    clients = [ChatClient(server.url, n, token) for n, token in enumerate(prepared.tokens)]
    watching = asyncio.create_task(watch_memory(server, record.peak_rss_bytes))
    try:
        for client in clients:
            await client.connect()
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
        watching.cancel()
        for client in clients:
            client.close()
    return record


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
    """Stream, breath, midnight, and what is left of the time."""
    settings, ledger = load.settings, record.ledger
    record.edges.append(await Snapshot.take(server))
    cpu_s = time.process_time()
    record.started_s = started_s = time.perf_counter() + LEAD_IN_S
    up_s = started_s + settings.most_s
    watch("stream", ledger)
    sending = asyncio.create_task(_send_all(load, clients, ledger, started_s))
    try:
        await _wait(server, started_s + settings.midnight_s - settings.breath_s / 2)
        record.edges.append(await Snapshot.take(server))
        watch("midnight", ledger)
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
    """SIGTERM, and listen until the server has gone and every connection has ended."""
    asked_s = time.perf_counter()
    server.ask_to_stop()
    while server.running or not all(client.gone for client in clients):
        if time.perf_counter() > asked_s + DRAIN_S:
            break
        await asyncio.sleep(POLL_S)
    record.exit_code = server.process.poll()
    record.drain_s = time.perf_counter() - asked_s
    record.gone_us = time.time_ns() // 1000
