"""A traced run: what the submission says of itself, beside what was really seen.

Lone messages, a light stream, a burst at once, and a few that must be refused; and then quiet, so
that everything that was begun is counted by everybody. What it tells in metrics and spans are
claims. What clients got, what happened to the files and what the system counted are not.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from load_test.experiment.counters import Snapshot, read_metrics
from load_test.experiment.load import Load
from load_test.experiment.prepared import ONE_FILE
from load_test.experiment.processes import ProcessFailed
from load_test.experiment.run import RunRecord
from load_test.experiment.servers import Server
from load_test.experiment.witnesses import ended_between, hear_witnesses
from observability import names
from observability.spans import Span
from tests.checklist.scenario import Stage, scenario
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.file_watch import Change, FileWatch, watch_files
from tests.checklist.scenarios.patience import wait_patiently

LONE, STREAM, BURST, REFUSED = 3, 40, 150, 3  # messages
STREAM_EVERY_S = 0.02
TOO_LONG = "x" * 4_000  # with what stands before it
METRICS_WITHIN_S = 1.0
AT_REST_WITHIN_S, LOOK_S = 1.0, 0.1  # from the last broadcast until all that it meant is counted
STOPPED_WITHIN_S = 4.0


@dataclass(frozen=True)
class Told:
    """What the submission says of itself: claims.

    Metrics by name with labels: at the start, before the first message, while the burst was under
    way, and in the quiet after everything; an empty reading is no answer. The spans are those that
    began and ended between `before` and `after`; all its send_message spans are in `messages`.
    """

    at_start: Mapping[str, float]
    before: Mapping[str, float]
    during: Sequence[Mapping[str, float]]
    after: Mapping[str, float]
    batches: Sequence[Span]  # flush_messages if those hold links, else create_messages_batch
    writes: Sequence[Span]  # of message files
    messages: Sequence[Span]

    def increase(self, name: str) -> int | None:
        """How much a counter grew from before the first message to the end."""
        if name not in self.after:
            return None
        return round(self.after[name] - self.before.get(name, 0))


@dataclass(frozen=True)
class Seen:
    """What was really seen, from before the first message to the quiet at the end.

    `shown` messages were broadcast, to anybody; `refused` and `failed` were told to their sender,
    by code. `burst` of all were sent at once, in the end. Changes of files are None where
    `unavailable` says why, and `system_bytes` if the system does not tell what a process has
    written.
    """

    clients: int
    sent: int
    burst: int
    shown: int
    refused: Mapping[str, int]
    failed: Mapping[str, int]
    unavailable: str
    written: Sequence[Change] | None  # files replaced, or written in place
    burst_written: int | None  # of these, from the burst on
    system_bytes: int | None


@dataclass(frozen=True)
class Books:
    """Claims and facts, kept apart, and what the experiments' witnesses make of them."""

    told: Told
    seen: Seen
    witnesses: Sequence[Mapping[str, Any]]


def run(stage: Stage) -> Books:
    """Let one server live through it, traced."""
    data_dir = stage.prepared.copy_to(stage.folder / "data")
    name = stage.submission.name
    environment = {**stage.traces.environment, "OTEL_SERVICE_NAME": name}
    crowd = Crowd(stage, LONE + STREAM + BURST + REFUSED)
    with (
        watch_files(data_dir) as files,
        Server(stage.submission, data_dir, stage.log("server"), environment, ONE_FILE) as server,
    ):
        life = _Life(server, crowd, files)
        asyncio.run(life.live())
        with suppress(ProcessFailed):  # how it ends is not the question here
            server.stop(STOPPED_WITHIN_S)
    start, end = life.record.edges
    found = stage.traces.read(name, start.asked_us, end.answered_us, lambda _: True)
    spans = found or ()
    return Books(
        told=_told(life, spans),
        seen=_seen(life),
        witnesses=hear_witnesses(life.record, spans),
    )


class _Life:
    """What the server goes through, and what is noted meanwhile."""

    def __init__(self, server: Server, crowd: Crowd, files: FileWatch) -> None:
        self.record = RunRecord(Load((), (), (), ()), crowd.ledger)
        self.at_start: Mapping[str, float] = {}
        self.during: list[Mapping[str, float]] = []
        self.burst_s = 0.0
        self.changes: Sequence[Change] | None = None  # until the counters were read, none later
        self.crowd, self.files = crowd, files
        self._server = server

    async def live(self) -> None:
        """The whole life. Raises ProcessFailed."""
        self.at_start = await read_metrics(self._server.url)
        try:
            await self.crowd.connect(self._server)
            self.record.edges.append(await Snapshot.take(self._server))
            await self._send()
            self.record.edges.append(await self._at_rest())
            self.changes = self._changes()
        finally:
            await self.crowd.close()

    async def _send(self) -> None:
        crowd = self.crowd
        for _ in range(LONE):
            await wait_patiently(crowd, self.files, crowd.send(1))
        for _ in range(STREAM):
            crowd.send(1)
            await asyncio.sleep(STREAM_EVERY_S)
        await wait_patiently(crowd, self.files, range(crowd.next_number))
        self.files.settle()
        self.burst_s = perf_counter()
        await wait_patiently(crowd, self.files, crowd.send(BURST), self._read_metrics)
        await wait_patiently(crowd, self.files, crowd.send(REFUSED, TOO_LONG))

    async def _read_metrics(self) -> None:
        self.during.append(await read_metrics(self._server.url, METRICS_WITHIN_S))

    async def _at_rest(self) -> Snapshot:
        """The counters when nothing waits any more and all that was shown is counted."""
        deadline_s = perf_counter() + AT_REST_WITHIN_S
        while True:
            taken = await Snapshot.take(self._server)
            counted = taken.metrics.get(f"{names.STORED}_total", 0)
            expected = len(self.crowd.ledger.first_seen)
            if counted >= expected or perf_counter() > deadline_s:
                return taken
            await asyncio.sleep(LOOK_S)

    def _changes(self) -> Sequence[Change] | None:
        """All changes of message files until now, None if that cannot be told."""
        self.files.settle()
        replaced, written_in_place = self.files.replaced, self.files.written_in_place
        if replaced is None or written_in_place is None:
            return None
        return (*replaced, *written_in_place)


def _told(life: _Life, spans: Sequence[Span]) -> Told:
    start, end = life.record.edges
    within = ended_between(spans, start, end)
    flushes = [span for span in within if span.operation == names.FLUSH_MESSAGES]
    stores = [span for span in within if span.operation == names.CREATE_MESSAGES_BATCH]
    return Told(
        at_start=life.at_start,
        before=start.metrics,
        during=life.during,
        after=end.metrics,
        batches=flushes if any(span.links for span in flushes) else stores or flushes,
        writes=[
            span
            for span in within
            if span.operation == names.FILE_WRITE
            and str(span.tags.get(names.FILE_NAME, "messages")).startswith("messages")
        ],
        messages=[span for span in spans if span.operation == names.SEND_MESSAGE],
    )


def _seen(life: _Life) -> Seen:
    start, end = life.record.edges
    ledger = life.crowd.ledger
    refused, failed = Counter[str](), Counter[str]()
    for code, acknowledged in zip(ledger.refused_as, ledger.acknowledged_as, strict=True):
        if code:
            (failed if acknowledged else refused)[code] += 1
    written = None
    if life.changes is not None:
        written = sorted(
            (each for each in life.changes if start.asked_us <= each.at_us),
            key=lambda each: each.at_us,
        )
    before, after = start.os_written_bytes, end.os_written_bytes
    return Seen(
        clients=len(life.crowd.guests),
        sent=ledger.sent,
        burst=BURST,
        shown=len(ledger.first_seen),
        refused=refused,
        failed=failed,
        unavailable=life.files.unavailable,
        written=written,
        burst_written=None
        if written is None
        else sum(each.at_s >= life.burst_s for each in written),
        system_bytes=None if before is None or after is None else after - before,
    )


SCENARIO = scenario("A traced run: its books, its spans, and its files", lasts_s=5)(run)
