"""A disk that refuses, twice and in two ways, and recovers: who is told what, and what is kept.

The first time every write fails, and more is sent at once than may wait. The second time only the
next message file cannot be written, so that a batch fails behind what fitted into the last one. In
between and afterwards life has to be as before: one failure must not end the flushing, nor leave a
flag set, nor store twice what a part of a failed batch had stored already.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from load_test.experiment.prepared import UNTRACED
from load_test.experiment.servers import Server
from tests.checklist.scenario import Stage, scenario
from tests.checklist.scenarios.account import Account, account
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.refusing import best_way, no_next_file
from tests.checklist.scenarios.sickness import AT_ONCE, SETTLED_WITHIN_S, Patient, Sickness
from tests.checklist.scenarios.stored import read_stored
from tests.checklist.trouble import Trouble, Word

MAX_QUEUE = 60
# Makes the message file larger than the server's log, which the limit of file sizes also hits.
LARGE_MESSAGES, LARGE_FILLING = 40, "." * 3_900
BURST = 300  # more than a queue and a batch under way take together
SMALL_BURST = 40  # less than a queue
FITTING = 3  # of the small burst, into the last file
LATER = 40  # room in the file for those sent after the recovery
MOST_MESSAGES = 1_500
# As long as it takes for the pauses between tries to become long.
SICK_S, SICK_AGAIN_S = 1.0, 0.4


@dataclass(frozen=True)
class SickDisk:
    """All of it. The second sickness is missing if there was no recovery from the first.

    `max_queue` messages might wait. `served_after` of `sent_after` were shown after everything.
    `rss_before_bytes`, the memory before the first sickness, and `rss_peak_bytes`, the most ever,
    are None where the system does not tell. `problems`: files that cannot be read at the end.
    """

    max_queue: int
    sicknesses: tuple[Sickness, ...]
    sent_after: int
    served_after: int
    rss_before_bytes: int | None
    rss_peak_bytes: int | None
    account: Account
    problems: tuple[str, ...]


def run(stage: Stage) -> SickDisk:
    """Let one server live through both. Raises Trouble if it stores nothing before."""
    data_dir = stage.prepared.copy_to(stage.folder / "data")
    per_file = _in_last_file(data_dir) + LARGE_MESSAGES + MAX_QUEUE + LATER
    flags = ("--max-queue-messages", str(MAX_QUEUE), "--max-messages-per-file", str(per_file))
    crowd = Crowd(stage, MOST_MESSAGES)
    with Server(stage.submission, data_dir, stage.log("server"), UNTRACED, flags) as server:
        life = _Life(Patient(server, data_dir, crowd))
        asyncio.run(life.live(lambda: (per_file - FITTING - _in_last_file(data_dir)) % per_file))
        rss_peak_bytes = server.peak_rss_bytes
    left = read_stored(data_dir)
    return SickDisk(
        max_queue=MAX_QUEUE,
        sicknesses=tuple(life.sicknesses),
        sent_after=len(life.after),
        served_after=sum(crowd.ledger.delivered_s[number] is not None for number in life.after),
        rss_before_bytes=life.rss_before_bytes,
        rss_peak_bytes=rss_peak_bytes,
        account=account(crowd.ledger, crowd.numbers_of(left.records)),
        problems=tuple(left.problems),
    )


class _Life:
    """What the server goes through, and what is seen of it on the way."""

    def __init__(self, patient: Patient) -> None:
        self.sicknesses: list[Sickness] = []
        self.after: Sequence[int] = ()
        self.rss_before_bytes: int | None = None
        self._patient = patient

    async def live(self, until_nearly_full: Callable[[], int]) -> None:
        """The whole life; it ends with a sickness that nothing follows.

        `until_nearly_full` tells how many messages leave room for FITTING in the last file.
        """
        patient, crowd, server = self._patient, self._patient.crowd, self._patient.server
        try:
            await crowd.connect(server)
            await patient.talk(LARGE_MESSAGES, LARGE_FILLING)
            if crowd.ledger.delivered < LARGE_MESSAGES:
                shown = f"only {crowd.ledger.delivered} of {LARGE_MESSAGES} messages were shown"
                raise Trouble(Word.NO_EVIDENCE, f"before the disk refused, {shown}")
            self.rss_before_bytes = server.peak_rss_bytes
            for refusal, count, seconds in (
                (best_way(server.pid), BURST, SICK_S),
                (no_next_file, SMALL_BURST, SICK_AGAIN_S),
            ):
                if refusal is no_next_file:
                    await patient.talk(until_nearly_full())
                self.sicknesses.append(await patient.fall_sick(refusal, count, seconds))
                if self.sicknesses[-1].newcomer_shown_s is None:
                    return
            self.after = await patient.talk(AT_ONCE)
            await crowd.until(crowd.told, SETTLED_WITHIN_S)
        finally:
            await crowd.close()


def _in_last_file(data_dir: Path) -> int:
    files = read_stored(data_dir).files
    return len(files[-1].records) if files else 0


SCENARIO = scenario("The disk refuses, and recovers", lasts_s=5)(run)
