"""A fault for every alert, each in a real server of its own, and what must fire for it.

The servers are healthy first, with a few messages each; then all faults come at once.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from load_test.experiment.processes import PROJECT
from load_test.experiment.servers import Package
from tests.stack.evening import send
from tests.stack.stage import Role, Stage
from tests.variants.variant import Variant, apply

FAULTY = Package("tests.faults.server_with_faults", Path(PROJECT))
OVERLOADED = "overloaded"
LATE = ("LatencyObjectiveBurntFast", "LatencyObjectiveBurntSlowly")
USERS = 4
OVERLOADING_USERS = 40  # each brings its share: none may send more than 2,000 at once
HEALTHY_MESSAGES, HEALTHY_PER_S = 10, 5
QUEUE = 10_000  # the bound of the shipped settings
FLOOD = QUEUE + 1_000
AT_A_TURN, TURN_S = 100, 0.02  # so that the generator itself is not what is overloaded
SLOW_SYNC_S = 0.05  # a slow disk: 20 messages a second are stored, and the rest waits
SPOKEN = 5
FEW = HEALTHY_MESSAGES + SPOKEN
# A bug as people make them: a message that was refused is counted as one that was accepted.
MISCOUNTING = Variant(
    "refusals counted as accepted",
    "challenge/socket_handler.py",
    "self._metrics.refused[error.code] += 1",
    "self._metrics.accepted += 1",
    "the alert BooksOutOfBalance",
)


@dataclass(frozen=True)
class Fault:
    """What goes wrong in the server known as `job`: `alerts` must fire for it, and no others."""

    job: str
    alerts: Sequence[str]
    inject: Callable[[Stage, str], Awaitable[None]]


async def _flood(stage: Stage, job: str) -> None:
    """More messages at once than the queue has room for."""
    for sent in range(FLOOD):
        stage.guests[job].send_next()
        if sent % AT_A_TURN == 0:
            await asyncio.sleep(TURN_S)


async def _break_disk(stage: Stage, job: str) -> None:
    """The disk refuses to write from now on, and somebody says something."""
    _fault_file(stage.folder, job).write_text("write_and_sync")
    await _speak(stage, job)


async def _kill(stage: Stage, job: str) -> None:
    """The server is gone, without a word."""
    stage.servers[job].kill()


async def _miscount(stage: Stage, job: str) -> None:
    """A message without content is refused, and the broken server counts it wrongly."""
    send(stage.guests[job], stage.guests[job].crowd.rooms[0].room_id, "")


async def _lose_collector(stage: Stage, job: str) -> None:
    """The trace store is gone, and somebody says something that makes spans."""
    stage.store.kill()
    await _speak(stage, job)


async def _speak(stage: Stage, job: str) -> None:
    for _ in range(SPOKEN):
        stage.guests[job].send_next()


FAULTS = (
    Fault(OVERLOADED, ("QueueNearItsBound", "MessagesRefused", *LATE), _flood),
    Fault("sick-disk", ("StorageFailing",), _break_disk),
    Fault("killed", ("ServerGone",), _kill),
    Fault("miscounting", ("BooksOutOfBalance",), _miscount),
    Fault("no-collector", ("SpansDropped",), _lose_collector),
)


def roles(folder: Path) -> list[Role]:
    """The servers for the faults, healthy still; `folder` is the stage's."""
    copy = folder / "miscounting"
    shutil.copytree(PROJECT / "challenge", copy / "challenge")
    apply(MISCOUNTING, copy)
    slow = {**_faulty("challenge", folder, OVERLOADED), "SYNC_S": str(SLOW_SYNC_S)}
    solution = Package("solution", Path(PROJECT))
    sick = _faulty("solution", folder, "sick-disk")
    return [
        Role(
            job=OVERLOADED, package=FAULTY, environment=slow,
            users=OVERLOADING_USERS, messages=HEALTHY_MESSAGES + FLOOD,
        ),
        Role(job="sick-disk", package=FAULTY, environment=sick, users=USERS, messages=FEW),
        Role(job="killed", package=solution, users=USERS, messages=FEW),
        Role(job="miscounting", package=Package("challenge", copy), users=USERS, messages=FEW),
        Role(job="no-collector", package=solution, traced=True, users=USERS, messages=FEW),
    ]  # fmt: skip


async def talk_healthily(stage: Stage) -> None:
    """People say a few things before every server that is to have a fault. Raises CannotConnect."""
    for fault in FAULTS:
        await stage.guests[fault.job].connect(stage.servers[fault.job].url)
    for _ in range(HEALTHY_MESSAGES):
        for fault in FAULTS:
            stage.guests[fault.job].send_next()
        await asyncio.sleep(1 / HEALTHY_PER_S)
    for fault in FAULTS:
        await stage.guests[fault.job].close()


def _fault_file(folder: Path, job: str) -> Path:
    return folder / job / "failing"


def _faulty(package: str, folder: Path, job: str) -> dict[str, str]:
    return {"FAULTY_SERVER": package, "FAULT_FILE": str(_fault_file(folder, job))}
