"""Much comes at once for clients who read all they get: none of them may be taken for slow.

Once when a disk that failed recovers, with thousands of messages waiting, and once when the server
is told to end with about as many bytes waiting as may wait.
"""

import asyncio
import random
import signal
from pathlib import Path
from time import perf_counter

from load_test.experiment.ledger import Ledger
from observability import names
from tests.behaviour.servers import ServerProcess
from tests.faults.crowd_folder import prepare_folder
from tests.faults.outcome import Outcome
from tests.faults.talk import POLL_S, Talkers, a_message, judge, talkers

MEMBERS = 10  # of one room
AT_A_TURN = 50  # so that the clients read, too
SETTLE_S = 20.0
LONGEST_EXIT_S = 5.0
CUT = f"{names.SLOW_CLIENTS_CUT}_total"


def burst_after_a_fault(folder: Path) -> Outcome:
    """5,000 messages wait for a disk that fails, and then recovers."""
    return asyncio.run(_burst(folder, 5_000, "x" * 2_000, at_the_end=False))


def burst_at_the_end(folder: Path) -> Outcome:
    """15 MB of messages wait, of the longest kind, when the server is told to end."""
    return asyncio.run(_burst(folder, 3_600, "x" * 3_900, at_the_end=True))


async def _burst(folder: Path, count: int, content: str, at_the_end: bool) -> Outcome:
    """All messages wait for the disk; it recovers; all of them reach all members."""
    where = f"{count:,} messages {'at the end' if at_the_end else 'after a fault'}"
    outcome = Outcome(faults=1)
    crowd = prepare_folder(folder / "data", MEMBERS, rooms=1)
    fault_file = folder / "failing"
    fault_file.write_text("write_and_sync")
    environ = {"FAULTY_SERVER": "solution", "FAULT_FILE": str(fault_file)}
    with ServerProcess("tests.faults.server_with_faults", folder, environ=environ) as server:
        async with talkers(crowd, server.url, range(MEMBERS), random.Random()) as people:
            ledger = await _fill(people, count, content)
            fault_file.unlink()
            if at_the_end:
                await _end(server, outcome, where)
            deadline_s = perf_counter() + SETTLE_S
            while not _all_there(ledger) and perf_counter() < deadline_s:
                await asyncio.sleep(POLL_S)
            gone = sum(client.gone for client in people.clients)
        judge(outcome, ledger, where)
        if (gone and not at_the_end) or "cut off" in server.log:
            outcome.broken.append(f"{where}: {gone} connections ended\n{server.log}")
    return outcome


async def _fill(people: Talkers, count: int, content: str) -> Ledger:
    """Send messages by turns until all of them were acknowledged."""
    senders = [number % MEMBERS for number in range(count)]
    ledger = Ledger(senders, [0] * MEMBERS)
    room_id = people.crowd.rooms[0].room_id
    for client in people.clients:
        client.ledger = ledger
    for number, sender in enumerate(senders):
        ledger.send(number, perf_counter())
        people.clients[sender].send(a_message(number, room_id, f"{content} ({number})"))
        if number % AT_A_TURN == 0:
            await asyncio.sleep(0)
    deadline_s = perf_counter() + SETTLE_S
    while None in ledger.acknowledged_s and not ledger.settled and perf_counter() < deadline_s:
        await asyncio.sleep(POLL_S)
    return ledger


async def _end(server: ServerProcess, outcome: Outcome, where: str) -> None:
    started_s = perf_counter()
    code = await asyncio.to_thread(server.stop, signal.SIGTERM)
    took_s = perf_counter() - started_s
    if code or took_s > LONGEST_EXIT_S:
        outcome.broken.append(f"{where}: exit {code} after {took_s:.1f} s\n{server.log}")
    outcome.notes.append(f"{where}: exit after {took_s:.1f} s")


def _all_there(ledger: Ledger) -> bool:
    return all(len(received) >= ledger.sent for received in ledger.received)
