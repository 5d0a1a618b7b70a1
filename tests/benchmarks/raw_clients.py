"""The experiment's own clients, as many as wanted, in a process of their own.

    python -m tests.benchmarks.raw_clients URL CLIENTS SECONDS

They listen, each delivery written into the ledger, until they are killed. With SECONDS above 0
they also send for so long, as the experiment does, and end by printing how late they were.
"""

import asyncio
import gc
import json
import random
import sys
import time
from collections.abc import Sequence
from typing import Any

from load_test.experiment.arrivals import packet
from load_test.experiment.clients import ChatClient, frame
from load_test.experiment.ledger import Ledger
from load_test.experiment.prepared import Room
from observability.spans import percentile
from tests.benchmarks.flood import MESSAGES

SENDS_PER_S = 150.0  # the demo's stream
SEED = 20_261_231
LEAD_IN_S = 0.5  # for the flood to begin, before the first message


async def run(url: str, count: int, seconds: float) -> dict[str, Any]:
    """Connect, listen, and send by a schedule; how late the messages were sent, in milliseconds."""
    ledger = Ledger([number % count for number in range(MESSAGES)], [0] * count)
    moments_s = schedule(seconds)
    frames = [frame(packet(number, Room("room", ()))) for number in range(len(moments_s))]
    clients = [ChatClient(url, member, "token") for member in range(count)]
    for client in clients:
        client.ledger = ledger
        await client.connect()
    # As in the experiment: a collection would stop all clients for a while.
    gc.collect()
    gc.disable()
    if not moments_s:
        await asyncio.Event().wait()
    late_ms = await send_all(clients, ledger, frames, moments_s)
    if ledger.unreadable or any(client.gone for client in clients):
        sys.exit("what the server sent could not be read, or it ended a connection")
    return {
        "sent": len(late_ms),
        "late_p50_ms": percentile(late_ms, 50),
        "late_p99_ms": percentile(late_ms, 99),
        "late_max_ms": max(late_ms),
    }


def schedule(seconds: float) -> list[float]:
    """When to send, in seconds from the start: as independent people do (Poisson)."""
    chance = random.Random(SEED)
    moments_s = []
    at_s = 0.0
    while at_s < seconds:
        moments_s.append(at_s)
        at_s += chance.expovariate(SENDS_PER_S)
    return moments_s


async def send_all(
    clients: Sequence[ChatClient],
    ledger: Ledger,
    frames: Sequence[bytes],
    moments_s: Sequence[float],
) -> list[float]:
    """Send each frame at its moment, or as soon after it as this process can; how late, in ms."""
    late_ms = []
    started_s = time.perf_counter() + LEAD_IN_S
    for number, at_s in enumerate(moments_s):
        left_s = started_s + at_s - time.perf_counter()
        if left_s > 0:
            await asyncio.sleep(left_s)
        now_s = time.perf_counter()
        ledger.send(number, now_s)
        clients[number % len(clients)].send(frames[number])
        late_ms.append((now_s - started_s - at_s) * 1000)
    return late_ms


if __name__ == "__main__":
    address, how_many, how_long = sys.argv[1:]
    result = asyncio.run(run(address, int(how_many), float(how_long)))
    sys.stdout.write(json.dumps(result) + "\n")
