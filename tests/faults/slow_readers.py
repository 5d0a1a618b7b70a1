"""Of 200 clients 20 read nothing and 20 read a little; the other 160 must not notice.

The rooms write long messages, 48 kB each on the wire. Who reads nothing is cut, with a reason in
the log and in a metric; who reads slowly may stay, as long as it is not too far behind.
"""

import asyncio
import random
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from load_test.experiment.clients import ChatClient
from load_test.experiment.counters import read_metrics
from load_test.experiment.prepared import Prepared
from observability import names
from tests.behaviour.servers import ServerProcess
from tests.faults.crowd_folder import prepare_folder
from tests.faults.healthy_bursts import burst_after_a_fault, burst_at_the_end
from tests.faults.outcome import Outcome
from tests.faults.talk import judge, p99_ms, talkers

USERS, ROOMS = 200, 5
HEALTHY, STALLED, TRICKLING = range(160), range(160, 180), range(180, 200)  # some in each room
ROUND_S = 10.0  # with slow readers, between two halves of it without
RATE_PER_S = 30.0  # in all rooms together
LONG = "🎆" * 3_900  # 12 characters each, escaped
FLAGS = ("--max-messages-per-file", "50")  # 16 kB each on disk, all written for every batch
SOCKET_BYTES = 16_384  # so little a slow reader lets the system take for it
TRICKLE_S = 0.5  # between two reads
LEAST_ROUNDS = 3  # fewer tell no ratio, and do not fill what the system keeps for a client
MOST_RATIO = 1.5
# What may wait for those who read nothing until they are cut, and for those who read a little.
MOST_GROWTH_BYTES = len(STALLED) * 2_000_000 + len(TRICKLING) * 32_000_000
CUT = f"{names.SLOW_CLIENTS_CUT}_total"
CUT_LINE = re.compile(r"WARNING \S+: cut off a connection of reveller-(\d+): \S.+bytes")
MEMORY = "process_resident_memory_bytes"


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Ten seconds a round with the slow readers, in one session; then bursts to fast readers."""
    outcome = Outcome(rounds)
    outcome += asyncio.run(_among_slow_readers(rounds, seed, folder / "slow", tick))
    outcome += burst_after_a_fault(folder / "fault")
    outcome += burst_at_the_end(folder / "end")
    return outcome


async def _among_slow_readers(
    rounds: int, seed: int, folder: Path, tick: Callable[[], None]
) -> Outcome:
    outcome = Outcome(faults=len(STALLED) + len(TRICKLING))
    crowd = prepare_folder(folder / "data", USERS, ROOMS)
    with ServerProcess("solution", folder, *FLAGS) as server:
        async with talkers(crowd, server.url, HEALTHY, random.Random(seed)) as healthy:
            quiet = [await healthy.talk(RATE_PER_S, rounds * ROUND_S / 2, LONG)]
            before = await read_metrics(server.url)
            peak = before[MEMORY]
            slow = []
            async with _slow_readers(crowd, server.url):
                for _ in range(rounds):
                    slow.append(await healthy.talk(RATE_PER_S, ROUND_S, LONG))
                    after = await read_metrics(server.url)
                    peak = max(peak, after[MEMORY])
                    tick()
            quiet.append(await healthy.talk(RATE_PER_S, rounds * ROUND_S / 2, LONG))
            gone = sum(client.gone for client in healthy.clients)
        for ledger in (*quiet, *slow):
            judge(outcome, ledger, f"seed {seed}")
        cut = [int(number) for number in CUT_LINE.findall(server.log)]
    grown_bytes = peak - before[MEMORY]
    ratio = p99_ms(slow) / p99_ms(quiet)
    outcome.notes.append(
        f"{len(cut)} slow readers cut; memory grew by {grown_bytes / 1e6:.0f} MB; "
        f"p99 {p99_ms(quiet):.0f} ms without them and {p99_ms(slow):.0f} with, x {ratio:.2f}"
    )
    problems = {
        f"{gone} clients were cut that read all": gone,
        f"cut, though they read a little: {sorted(set(cut).difference(STALLED))}": (
            set(cut).difference(STALLED)
        ),
        f"{len(cut)} were cut by the log, {after[CUT]:.0f} by the metric": len(cut) != after[CUT],
        "memory grew without a bound": grown_bytes > MOST_GROWTH_BYTES,
    }
    if rounds >= LEAST_ROUNDS:
        missed = sorted(set(STALLED).difference(cut))
        problems |= {
            f"read nothing, and were not cut: {missed}": missed,
            f"more than x {MOST_RATIO} in p99": ratio > MOST_RATIO,
        }
    outcome.broken += [
        f"seed {seed}, {outcome.notes[-1]}: {problem}"
        for problem, is_so in problems.items()
        if is_so
    ]
    return outcome


@asynccontextmanager
async def _slow_readers(crowd: Prepared, url: str) -> AsyncIterator[None]:
    """Connections of all slow readers while the context lasts."""
    stalled = [SlowReader(url, 0, crowd.tokens[user]) for user in STALLED]
    trickling = [SlowReader(url, 0, crowd.tokens[user]) for user in TRICKLING]
    try:
        for reader in (*stalled, *trickling):
            await reader.connect()
            reader.stop_reading()
        dripping = asyncio.create_task(_drip(trickling))
        yield
        dripping.cancel()
    finally:
        for reader in (*stalled, *trickling):
            reader.close()


async def _drip(readers: list["SlowReader"]) -> None:
    while True:
        for reader in readers:
            reader.read_a_little()
        await asyncio.sleep(TRICKLE_S)


class SlowReader(ChatClient):
    """A client that reads as little as it is told to, and makes nothing of it."""

    _slow = False

    def stop_reading(self) -> None:
        """Read nothing more by itself, and let the system take little for it."""
        network: socket.socket = self._transport.get_extra_info("socket")
        network.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BYTES)
        self._slow = True
        self._transport.pause_reading()

    def read_a_little(self) -> None:
        """Take what the system holds for it, once."""
        if not self.gone:
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came."""
        if not self._slow:
            super().data_received(data)
        elif not self._transport.is_closing():
            self._transport.pause_reading()
