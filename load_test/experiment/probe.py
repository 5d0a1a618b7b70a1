"""How many messages a second a server can deliver, roughly: a short, closed load.

A fixed number of messages is always under way: when one is delivered, the next is sent. That
loads any server fully and no more, which is right for finding its capacity, and wrong for telling
latency (see `arrivals`). The rates of an experiment are chosen by what it finds.
"""

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from load_test.experiment.arrivals import packet
from load_test.experiment.clients import CannotConnect, ChatClient, frame
from load_test.experiment.ledger import Ledger
from load_test.experiment.prepared import ONE_FILE, Prepared
from load_test.experiment.run import connect_all
from load_test.experiment.servers import Package, Server

# Of the 5 s for both servers: the first second fills batches and warms up.
PROBE_S, WARM_UP_S = 2.5, 1.0
# Three full batches of the answer, so that one can be written while the next one gathers.
UNDER_WAY = 300
# More than any server here can deliver in that time.
MOST_MESSAGES = 50_000
POLL_S = 0.001


def probe(
    package: Package, prepared: Prepared, data_dir: Path, log: Path, environment: Mapping[str, str]
) -> float:
    """The messages a second that a server of `package` delivers at most. Raises ProcessFailed."""
    with Server(package, prepared.copy_to(data_dir), log, environment, ONE_FILE) as server:
        try:
            per_s = asyncio.run(_drive(server, prepared))
        except CannotConnect as error:
            raise server.failure(str(error)) from error
        if not per_s:
            raise server.failure(f"delivered no message within {PROBE_S} s")
        return per_s


async def _drive(server: Server, prepared: Prepared) -> float:
    users = len(prepared.tokens)
    senders = [number % users for number in range(MOST_MESSAGES)]
    ledger = Ledger(senders, [user % len(prepared.rooms) for user in range(users)])
    clients = [ChatClient(server.url, n, token) for n, token in enumerate(prepared.tokens)]
    for client in clients:
        client.ledger = ledger
    try:
        await connect_all(clients)
        return await _keep_busy(server, prepared, clients, ledger)
    finally:
        for client in clients:
            client.close()


async def _keep_busy(
    server: Server, prepared: Prepared, clients: Sequence[ChatClient], ledger: Ledger
) -> float:
    """Send for the probe's time; what was delivered a second, after the warm-up."""
    numbers = itertools.count()
    started_s = time.perf_counter()
    warm_at: tuple[float, int] | None = None
    while (now_s := time.perf_counter()) < started_s + PROBE_S:
        if warm_at is None and now_s >= started_s + WARM_UP_S:
            warm_at = now_s, ledger.delivered
        while ledger.waiting < UNDER_WAY and ledger.sent < MOST_MESSAGES:
            number = next(numbers)
            sender = ledger.senders[number]
            ledger.send(number, now_s)
            clients[sender].send(frame(packet(number, prepared.room_of(sender))))
        if not server.running:
            raise server.failure(f"ended with code {server.process.returncode} under load")
        await asyncio.sleep(POLL_S)
    assert warm_at is not None
    return (ledger.delivered - warm_at[1]) / (time.perf_counter() - warm_at[0])
