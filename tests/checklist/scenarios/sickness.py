"""A server whose disk refuses for a while, and all that is seen of it until it has recovered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from load_test.experiment.servers import Server
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.refusing import Refusal
from tests.checklist.scenarios.stored import read_stored

AT_ONCE = 30  # with a sound disk; a queue takes that, whoever else waits in it
QUIET_S = 0.3  # without an answer: those that wait are not refused at once
MOST_SICK_S = 3.0
NEWCOMER_EVERY_S = 0.05
# Waited for; what is good is said in the rubric.
RECOVERED_WITHIN_S, SETTLED_WITHIN_S, WRITTEN_WITHIN_S = 3.0, 3.0, 0.5
LOOK_AT_FILES_S = 0.1


@dataclass(frozen=True)
class Sickness:
    """One time in which the disk refused, `way` tells how, and the recovery from it.

    Until it recovered: of `sent` messages `refused` were, by code, each as many seconds after it
    was sent as `refusals_s` says, in no order. `stored` were in the files, `claimed` were shown to
    anybody or acknowledged as stored, `unfounded` of them without being in the files. `waited` were
    none of these, and were shown or answered by an error in the end. `unreadable_before`: of what
    had been stored before, so many no look into the files found.
    After it, in seconds, None for not within 3 s: `first_shown_s` to the first broadcast of any
    message, `newcomer_shown_s` to that of one that was sent after the recovery.
    """

    way: str
    sent: int
    refused: Mapping[str, int]
    refusals_s: tuple[float, ...]
    stored: int
    claimed: int
    unfounded: int
    waited: int
    unreadable_before: int
    first_shown_s: float | None
    newcomer_shown_s: float | None


class Patient:
    """A server, its data folder, and the crowd that talks to it. Its methods raise ProcessFailed
    if the server ends.
    """

    def __init__(self, server: Server, data_dir: Path, crowd: Crowd) -> None:
        self.server, self.crowd = server, crowd
        self._data_dir = data_dir

    async def talk(self, count: int, filling: str = "") -> Sequence[int]:
        """Send so many with a sound disk, never more than may wait, and no more once some of them
        are not settled in time; their numbers.
        """
        first = self.crowd.next_number
        while left := first + count - self.crowd.next_number:
            if not await self.settle(self.crowd.send(min(left, AT_ONCE), filling)):
                break
        return range(first, self.crowd.next_number)

    async def settle(self, numbers: Sequence[int]) -> bool:
        """Wait until these were refused, or shown and acknowledged; whether they were in time.
        And until all that was shown is in the files.

        For who keeps the promises the files come first; who does not is to show it later.
        """
        crowd = self.crowd
        settled = await crowd.until(lambda: crowd.settled(numbers), SETTLED_WITHIN_S)
        shown = set(crowd.ledger.first_seen)
        await crowd.until(lambda: shown <= self._in_files(), WRITTEN_WITHIN_S)
        return settled

    async def fall_sick(self, refusal: Refusal, count: int, seconds: float) -> Sickness:
        """Let the disk refuse for so long, send so many at once meanwhile, and let it recover."""
        crowd, ledger = self.crowd, self.crowd.ledger
        before = set(ledger.first_seen)
        with refusal(self.server.pid, self._data_dir) as way:
            sent = crowd.send(count)
            unreadable = await self._look_on(before, perf_counter() + seconds)
            said = (n for n in sent if ledger.acknowledged_as[n] == "stored")
            claimed = set(ledger.first_seen).intersection(sent).union(said)
            stored = self._in_files().intersection(sent)
            refused = {n: code for n in sent if (code := ledger.refused_as[n])}
        waiting = set(sent) - refused.keys() - stored - claimed
        took_s = [(ledger.refused_s[n] or 0.0) - (ledger.sent_s[n] or 0.0) for n in refused]
        first_s, newcomer_s = await self._recover()
        if newcomer_s is not None:
            await self.settle(range(crowd.next_number))
        return Sickness(
            way=way,
            sent=len(sent),
            refused=Counter(refused.values()),
            refusals_s=tuple(took_s),
            stored=len(stored),
            claimed=len(claimed),
            unfounded=len(claimed - stored),
            waited=sum(crowd.settled([number]) for number in waiting),
            unreadable_before=unreadable,
            first_shown_s=first_s,
            newcomer_shown_s=newcomer_s,
        )

    async def _look_on(self, before: set[int], until_s: float) -> int:
        """Let the disk refuse until then, and as long as answers still come, but not for ever.

        The fewest messages of those `before` that a look into the files missed, in the second
        half: a file that is written where it is may be torn for a moment, and put right again.
        """
        missing = len(before)
        started_s = last_s = perf_counter()
        half_s, give_up_s = (started_s + until_s) / 2, started_s + MOST_SICK_S
        answers = 0
        while (now_s := perf_counter()) < give_up_s:
            if now_s > half_s:
                missing = min(missing, len(before - self._in_files()))
            if answers != (answers := self.crowd.answers):
                last_s = now_s
            if now_s > max(until_s, last_s + QUIET_S):
                break
            await self.crowd.rest(LOOK_AT_FILES_S)
        return missing

    async def _recover(self) -> tuple[float | None, float | None]:
        """Send one newcomer after the other until one of them is shown: they may find the queue
        still full. Seconds to the first broadcast of any message, and to that of a newcomer.
        """
        crowd, seen_s = self.crowd, self.crowd.ledger.seen_s
        recovered_s = perf_counter()
        newcomers: list[int] = []
        while perf_counter() < recovered_s + RECOVERED_WITHIN_S:
            newcomers.extend(crowd.send(1))
            if await crowd.until(lambda: any(seen_s[n] for n in newcomers), NEWCOMER_EVERY_S):
                break
        later_s = [at_s - recovered_s for at_s in seen_s if at_s and at_s > recovered_s]
        of_newcomers_s = [at_s - recovered_s for n in newcomers if (at_s := seen_s[n])]
        return min(later_s, default=None), min(of_newcomers_s, default=None)

    def _in_files(self) -> set[int]:
        return set(self.crowd.numbers_of(read_stored(self._data_dir).records))
