"""Four witnesses of the same run: the clients' ledger, the server's own metrics, its spans, and the
operating system.

They count the same things in different places, so that a mistake or a lie of one of them shows.
Who does not count something is left out. What may have led to it is said in `causes`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from load_test.experiment.causes import (
    ANSWERED,
    BYTES,
    LEDGER,
    METRICS,
    SPANS,
    STORED,
    SYSTEM,
    WRITES,
    Counted,
    Evidence,
    likely_cause,
)
from load_test.experiment.counters import (
    FILE_WRITES,
    FILE_WRITTEN_BYTES,
    SPANS_DROPPED,
    Snapshot,
    increase,
)
from load_test.experiment.counters import STORED as STORED_TOTAL
from load_test.experiment.ledger import Ledger
from load_test.experiment.run import RunRecord
from observability import names
from observability.spans import Span

# What may be under way at the edges: a batch written and not yet broadcast, a span not yet ended.
TOLERANCE_WRITES = 3
# The system writes whole pages, of the file and of the folder that holds its name.
TOLERANCE_BYTES_PER_WRITE = 2 * 4096
MOST_ANCESTORS = 10  # of a span; in a made-up trace they may go round in a circle


def hear_witnesses(
    record: RunRecord, spans: Sequence[Span] | None, sampler: str | None = None
) -> list[dict[str, Any]]:
    """For each thing counted from the start of a run to its end: who counted how many, whether
    they `agree` (None where there is only one), and a `note` with the likely cause if they do not.

    `sampler` is the server's OTEL_TRACES_SAMPLER, if it was given one.
    """
    start, end = record.edges[0], record.edges[-1]
    known = _evidence(start, end, spans or (), sampler)
    all_counted = _count_all(record, spans)
    heard = []
    for each in all_counted:
        agree = each.agree
        if agree and each.what == WRITES and known.lost_writes > each.slack:
            agree = False
        note = likely_cause(each, all_counted, known) if agree is False else None
        heard.append({"what": each.what, **each.counts, "agree": agree, "note": note})
    return heard


def ended_between(spans: Sequence[Span], start: Snapshot, end: Snapshot) -> list[Span]:
    """The spans that began after `start` was asked for, and had ended when `end` was there."""
    return [
        span
        for span in spans
        if start.asked_us <= span.start_us and span.start_us + span.duration_us <= end.answered_us
    ]


def _count_all(record: RunRecord, spans: Sequence[Span] | None) -> list[Counted]:
    start, end = record.edges[0], record.edges[-1]
    ledger = record.ledger
    counted: dict[str, dict[str, int | None]] = {
        # Only what is stored is broadcast.
        STORED: {
            LEDGER: sum(at_s is not None and at_s <= end.answered_s for at_s in ledger.seen_s),
            METRICS: increase(start, end, STORED_TOTAL),
        },
        WRITES: {METRICS: increase(start, end, FILE_WRITES)},
        BYTES: {METRICS: increase(start, end, FILE_WRITTEN_BYTES)},
        ANSWERED: {LEDGER: _answered(ledger)},  # until the server had gone
    }
    if spans is not None:
        for what, count in _count_spans(ended_between(spans, start, end)).items():
            counted[what][SPANS] = count
        counted[ANSWERED][SPANS] = _count(spans, names.SEND_MESSAGE)
    counted[BYTES][SYSTEM] = _more(start.os_written_bytes, end.os_written_bytes)
    counts = {what: _known(each) for what, each in counted.items()}
    writes = max([1, *counts[WRITES].values()])
    return [
        Counted(
            what,
            each,
            slack=TOLERANCE_WRITES * max(1, _most_per_write(what, each, writes)),
            system_slack=TOLERANCE_BYTES_PER_WRITE * writes,
        )
        for what, each in counts.items()
    ]


def _evidence(
    start: Snapshot, end: Snapshot, spans: Sequence[Span], sampler: str | None
) -> Evidence:
    within = ended_between(spans, start, end)
    batches = _count(within, names.CREATE_MESSAGES_BATCH)
    return Evidence(
        spans=len(spans),
        spans_dropped=increase(start, end, SPANS_DROPPED),
        sampler=sampler,
        storing_spans=batches + _count(within, names.CREATE_MESSAGE),
        batch_spans=batches,
        lost_writes=_lost_writes(within, spans),
        write_calls=_more(start.os_write_calls, end.os_write_calls),
    )


def _lost_writes(within: Sequence[Span], spans: Sequence[Span]) -> int:
    """How many writes do not lead back to what wanted them, through parents in `spans`."""
    inner = {names.FILE_WRITE, names.CREATE_MESSAGE}
    if _count(spans, names.FLUSH_MESSAGES):
        inner.add(names.CREATE_MESSAGES_BATCH)
    parents = {(span.trace_id, span.span_id): span for span in spans}
    lost = 0
    for write in within:
        if write.operation == names.FILE_WRITE:
            root: Span | None = write
            for _ in range(MOST_ANCESTORS):
                if root is None or root.parent_id is None:
                    break
                root = parents.get((root.trace_id, root.parent_id))
            lost += root is None or root.operation in inner
    return lost


def _answered(ledger: Ledger) -> int:
    answers = zip(ledger.acknowledged_s, ledger.refused_s, strict=True)
    return sum(any(at_s is not None for at_s in answer) for answer in answers)


def _count_spans(spans: Sequence[Span]) -> dict[str, int]:
    batches = [span for span in spans if span.operation == names.CREATE_MESSAGES_BATCH]
    writes = [span for span in spans if span.operation == names.FILE_WRITE]
    return {
        STORED: _count(spans, names.CREATE_MESSAGE) + _sum(batches, names.BATCH_SIZE),
        WRITES: len(writes),
        BYTES: _sum(writes, names.FILE_BYTES),
    }


def _count(spans: Sequence[Span], operation: str) -> int:
    return sum(span.operation == operation for span in spans)


def _sum(spans: Sequence[Span], attribute: str) -> int:
    values = (span.tags.get(attribute) for span in spans)
    return sum(value for value in values if isinstance(value, int))


def _more(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _known(counts: Mapping[str, int | None]) -> dict[str, int]:
    return {who: count for who, count in counts.items() if count is not None}


def _most_per_write(what: str, counts: Mapping[str, int], writes: int) -> int:
    """How much of it one write may stand for."""
    return 1 if what in (WRITES, ANSWERED) else max(counts.values(), default=0) // writes
