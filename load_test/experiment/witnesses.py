"""Three witnesses of the same run: the clients' ledger, the server (books and spans), the system.

They count the same things in different places, so that a mistake or a lie of one of them shows.
Who does not count something is left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from load_test.experiment.counters import (
    FILE_WRITES,
    FILE_WRITTEN_BYTES,
    STORED,
    Snapshot,
    increase,
)
from load_test.experiment.ledger import Ledger
from load_test.experiment.run import RunRecord
from observability import names
from observability.spans import Span

# What is under way at the edges: a batch written and not yet broadcast, a span not yet ended.
TOLERANCE_SHARE = 0.02
TOLERANCE_COUNT = 3
# The system writes whole pages, of the file and of the folder that holds its name.
TOLERANCE_BYTES_PER_WRITE = 2 * 4096

Counts = Mapping[str, int]


def hear_witnesses(record: RunRecord, spans: Sequence[Span] | None) -> list[dict[str, Any]]:
    """For each thing counted from the start of a run to its end: who counted how many, whether
    they `agree` (None where there is only one), and a `note` if they do not.
    """
    start, end = record.edges[0], record.edges[-1]
    ledger, writes = record.ledger, increase(start, end, FILE_WRITES)
    counted: dict[str, dict[str, int | None]] = {
        "messages stored": {
            # Only what is stored is broadcast.
            "ledger": sum(at_s is not None and at_s <= end.answered_s for at_s in ledger.seen_s),
            "metrics": increase(start, end, STORED),
        },
        "file writes": {"metrics": writes},
        "bytes written": {
            "metrics": increase(start, end, FILE_WRITTEN_BYTES),
            "system": _system_bytes(start, end),
        },
        "messages answered": {"ledger": _answered(ledger)},  # until the server had gone
    }
    if spans is not None:
        by_spans = _count_spans(ended_between(spans, start, end))
        by_spans["messages answered"] = _count(spans, names.SEND_MESSAGE)
        for what, count in by_spans.items():
            counted[what]["spans"] = count
    heard = []
    for what, all_counts in counted.items():
        counts = {who: count for who, count in all_counts.items() if count is not None}
        slack = TOLERANCE_COUNT
        if what == "bytes written":
            slack = TOLERANCE_BYTES_PER_WRITE * (writes or 0)
        agree = _agree(counts, slack)
        note = _note(counts) if agree is False else None
        heard.append({"what": what, **counts, "agree": agree, "note": note})
    return heard


def ended_between(spans: Sequence[Span], start: Snapshot, end: Snapshot) -> list[Span]:
    """The spans that began after `start` was asked for, and had ended when `end` was there."""
    return [
        span
        for span in spans
        if start.asked_us <= span.start_us and span.start_us + span.duration_us <= end.answered_us
    ]


def _answered(ledger: Ledger) -> int:
    answers = zip(ledger.acknowledged_s, ledger.refused_s, strict=True)
    return sum(any(at_s is not None for at_s in answer) for answer in answers)


def _count_spans(spans: Sequence[Span]) -> dict[str, int]:
    batches = [span for span in spans if span.operation == names.CREATE_MESSAGES_BATCH]
    writes = [span for span in spans if span.operation == names.FILE_WRITE]
    return {
        "messages stored": _count(spans, names.CREATE_MESSAGE) + _sum(batches, names.BATCH_SIZE),
        "file writes": len(writes),
        "bytes written": _sum(writes, names.FILE_BYTES),
    }


def _count(spans: Sequence[Span], operation: str) -> int:
    return sum(span.operation == operation for span in spans)


def _sum(spans: Sequence[Span], attribute: str) -> int:
    values = (span.tags.get(attribute) for span in spans)
    return sum(value for value in values if isinstance(value, int))


def _system_bytes(start: Snapshot, end: Snapshot) -> int | None:
    if start.os_written_bytes is None or end.os_written_bytes is None:
        return None
    return end.os_written_bytes - start.os_written_bytes


def _agree(counts: Counts, slack: int) -> bool | None:
    if len(counts) < 2:
        return None
    least, most = min(counts.values()), max(counts.values())
    return most - least <= max(slack, TOLERANCE_SHARE * most)


def _note(counts: Counts) -> str:
    """The likely reason why they do not agree."""
    if counts.get("system") == 0:
        return "the system saw no byte go to a disk: the data folder may lie in memory"
    others = [count for who, count in counts.items() if who != "spans"]
    if "spans" in counts and counts["spans"] < min(others):
        return "spans are missing: they were dropped, sampled, or never made"
    if "spans" in counts and counts["spans"] > max(others):
        return "there are more spans than work: some are made twice, or mean something else"
    return "one of them counts wrong"
