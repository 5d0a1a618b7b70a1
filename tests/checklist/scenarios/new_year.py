"""A New Year's Eve in short: waves of greetings, then midnight.

Everybody writes at the same moment, forty times, and then sixty-one messages each at once. Waves,
and not a steady stream, because then the writes that are needed do not depend on how fast the
machine is: a wave is one batch for who waits for it to gather, and two or three for who writes as
soon as the last write is done.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from load_test.experiment.counters import FILE_WRITES, read_metrics
from load_test.experiment.servers import DRAIN_S, Server
from observability.spans import percentile
from tests.checklist.scenario import Stage
from tests.checklist.scenarios.crowd import LOOK_S, Crowd
from tests.checklist.scenarios.file_watch import FileWatch

WAVES, WAVE_EVERY_S = 40, 0.1
BREATH_S = 1.0  # for what the last wave left, at most
MIDNIGHT_EACH = 61  # messages of each user; with ten users the last batch is not full
FINISH_S = 5.0  # for midnight, at most
GONE_WITHIN_S = 1.0  # the connections, after the server


@dataclass(frozen=True)
class Part:
    """The stream or midnight: how many messages were sent, and shown before the time was up.

    `writes` of message files as the system counted them, None where it does not, and as the server
    claims, None if it does not say. Latencies are from the intended moment to the sender's own
    screen, None if nothing was shown.
    """

    sent: int
    shown: int
    writes: int | None
    claimed_writes: int | None
    p95_ms: float | None
    slowest_ms: float | None


class NewYear:
    """One evening with one server, and what was noted of it.

    `late_s` is how late the messages of a wave, or of midnight, were sent at worst.
    """

    def __init__(self, stage: Stage, server: Server, files: FileWatch) -> None:
        """`files` watches the server's data folder."""
        self._users = len(stage.prepared.tokens)
        self._server, self._files = server, files
        self.crowd = Crowd(stage, self._users * (WAVES + MIDNIGHT_EACH))
        self.late_s = 0.0
        self._intended_s: list[float] = []  # by the number of the message, of `perf_counter`
        self._ended_s = 0.0
        # Writes until the beginning, the end of the stream, and that of midnight.
        self._writes: list[int | None] = []
        self._claimed: list[int | None] = []

    async def spend(self) -> None:
        """From the first connection to the end of the server. Raises ProcessFailed."""
        try:
            await self.crowd.connect(self._server)
            await self._note_writes()
            started_s = perf_counter()
            for wave in range(WAVES):
                await self._send(self._users, started_s + wave * WAVE_EVERY_S)
            await self.crowd.until(self._is_quiet, BREATH_S)
            await self._note_writes()
            await self._send(self._users * MIDNIGHT_EACH, perf_counter())
            await self.crowd.until(self._is_quiet, FINISH_S)
            self._ended_s = perf_counter()
            await self._note_writes()
            await self._stop()
        finally:
            await self.crowd.close()

    @property
    def parts(self) -> tuple[Part, Part]:
        """The stream, and midnight."""
        stream = self._users * WAVES
        return (
            self._part(0, range(stream)),
            self._part(1, range(stream, self.crowd.next_number)),
        )

    @property
    def refused(self) -> Mapping[str, int]:
        """How many messages were refused before the time was up, by code."""
        ledger = self.crowd.ledger
        answers = zip(ledger.refused_as, ledger.refused_s, strict=True)
        return Counter(code for code, at_s in answers if code and at_s and at_s <= self._ended_s)

    def _is_quiet(self) -> bool:
        """Whether everybody has seen all that was sent, as far as it was not refused."""
        return not self.crowd.ledger.waiting and self.crowd.told()

    async def _send(self, count: int, at_s: float) -> None:
        """Send so many messages at once, at that moment or as soon after it as we can."""
        await asyncio.sleep(max(0.0, at_s - perf_counter()))
        self.crowd.send(count)
        self._intended_s += [at_s] * count
        self.late_s = max(self.late_s, perf_counter() - at_s)

    async def _note_writes(self) -> None:
        await asyncio.to_thread(self._files.settle)
        replaced, in_place = self._files.replaced, self._files.written_in_place
        known = None if replaced is None or in_place is None else len(replaced) + len(in_place)
        self._writes.append(known)
        claimed = (await read_metrics(self._server.url)).get(FILE_WRITES)
        self._claimed.append(None if claimed is None else round(claimed))

    async def _stop(self) -> None:
        """SIGTERM, and listen until the server has gone: what it still owes is told then."""
        asked_s = perf_counter()
        self._server.ask_to_stop()
        while self._server.running and perf_counter() < asked_s + DRAIN_S:
            await asyncio.sleep(LOOK_S)
        await self.crowd.all_gone(GONE_WITHIN_S)

    def _part(self, edge: int, numbers: range) -> Part:
        shown_s = ((number, self.crowd.ledger.delivered_s[number]) for number in numbers)
        latencies_ms = [
            (at_s - self._intended_s[number]) * 1000
            for number, at_s in shown_s
            if at_s is not None and at_s <= self._ended_s
        ]
        return Part(
            sent=len(numbers),
            shown=len(latencies_ms),
            writes=_more(*self._writes[edge : edge + 2]),
            claimed_writes=_more(*self._claimed[edge : edge + 2]),
            p95_ms=percentile(latencies_ms, 95) if latencies_ms else None,
            slowest_ms=max(latencies_ms, default=None),
        )


def _more(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before
