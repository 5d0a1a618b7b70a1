"""SIGTERM: in the middle of a burst, with part of a batch waiting, and while the disk refuses.

What was acknowledged is stored and shown, or answered by an `error`; what was not is refused; and
the server ends by itself, in time, saying goodbye to everybody.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from time import perf_counter

from load_test.experiment.prepared import UNTRACED
from load_test.experiment.servers import DRAIN_S, Server
from tests.checklist.scenario import Stage, scenario
from tests.checklist.scenarios.account import Account, account
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.refusing import no_next_file
from tests.checklist.scenarios.stored import read_stored
from tests.faults.crowd_books import never_answered

BURST, ENOUGH = 300, 50  # messages; and so many acknowledged, so that it is in the middle
PARTIAL_BATCH = 7
ACKNOWLEDGED_WITHIN_S = 5.0
SICK_S = 0.3  # some tries; who acknowledges what is stored acknowledges nothing meanwhile
LATE_EVERY_S = 0.02
MOST_LATE = 500
GONE_WITHIN_S = 1.0  # the connections, after the process


@dataclass(frozen=True)
class Ending:
    """One SIGTERM. `exit_code` and `took_s` are None if the server did not end within 8 s.

    When the signal came `sent_before` messages had been sent, and `acknowledged_before` of them
    acknowledged; `unanswered_before` of them never were, nor refused. One more was sent every
    20 ms until it had gone. `refused` counts refusals and errors by their codes; `cut` is the
    number of connections that ended without a goodbye, of `connections`.
    """

    sent_before: int
    acknowledged_before: int
    unanswered_before: int
    refused: Mapping[str, int]
    exit_code: int | None
    took_s: float | None
    connections: int
    cut: int
    account: Account
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Shutdown:
    """One ending in the middle of a burst, with part of a batch waiting, and with a sick disk."""

    in_a_burst: Ending
    nearly_idle: Ending
    disk_refuses: Ending


def run(stage: Stage) -> Shutdown:
    """End three servers."""
    return Shutdown(
        in_a_burst=_end(stage, "burst", BURST, ENOUGH),
        nearly_idle=_end(stage, "idle", PARTIAL_BATCH, 1),
        disk_refuses=_end(stage, "sick", PARTIAL_BATCH, PARTIAL_BATCH, sick=True),
    )


def _end(stage: Stage, name: str, count: int, enough: int, sick: bool = False) -> Ending:
    data_dir = stage.prepared.copy_to(stage.folder / name)
    crowd = Crowd(stage, count + MOST_LATE)
    ledger = crowd.ledger
    flags: tuple[str, ...] = ()
    if sick:  # the last file is full, and there cannot be a next one
        stored = read_stored(data_dir).files
        flags = ("--max-messages-per-file", str(len(stored[-1].records) if stored else 1))
    with (
        Server(stage.submission, data_dir, stage.log(name), UNTRACED, flags) as server,
        no_next_file(server.pid, data_dir) if sick else nullcontext(),
    ):
        within_s = SICK_S if sick else ACKNOWLEDGED_WITHIN_S
        before, acknowledged, took_s = asyncio.run(
            _send_and_end(server, crowd, count, enough, within_s)
        )
        exit_code = server.process.poll()
        server.check()
    left = read_stored(data_dir)
    unanswered = sum(number in before for number in never_answered(ledger))
    return Ending(
        sent_before=len(before),
        acknowledged_before=acknowledged,
        unanswered_before=unanswered,
        refused=Counter(code for code in ledger.refused_as if code),
        exit_code=exit_code,
        took_s=took_s,
        connections=len(crowd.guests),
        cut=sum(not guest.ended_properly for guest in crowd.guests.values()),
        account=account(ledger, crowd.numbers_of(left.records)),
        problems=tuple(left.problems),
    )


async def _send_and_end(
    server: Server, crowd: Crowd, count: int, enough: int, within_s: float
) -> tuple[Sequence[int], int, float | None]:
    """Send a burst, and SIGTERM when enough of it is acknowledged, or not in time; and go on.

    The numbers sent before the signal, how many of them were acknowledged then, and how long it
    took from there to the end, None if that did not come.
    """

    def acknowledged() -> int:
        return sum(map(bool, crowd.ledger.acknowledged_as))

    try:
        await crowd.connect(server)
        before = crowd.send(count)
        await crowd.until(lambda: acknowledged() >= enough, within_s)
        acknowledged_before, asked_s = acknowledged(), perf_counter()
        server.ask_to_stop()
        while server.running and perf_counter() < asked_s + DRAIN_S:
            if crowd.next_number < count + MOST_LATE:
                crowd.send(1)
            await asyncio.sleep(LATE_EVERY_S)
        took_s = None if server.running else perf_counter() - asked_s
        await crowd.all_gone(GONE_WITHIN_S)
        return before, acknowledged_before, took_s
    finally:
        await crowd.close()


SCENARIO = scenario("It is told to stop: under load, nearly idle, with a sick disk", lasts_s=4)(run)
