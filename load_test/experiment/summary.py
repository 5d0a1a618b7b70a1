"""From the record of a run to its numbers, as they stand in results.json.

What is defined here, once:

- delivered: its sender saw it before the time was up. undelivered: sent, and by then neither
  delivered nor refused. What came later, while the server drained, counts for the books (lost,
  doubled, out of order, missing) and for nothing else.
- Per message, of writes and bytes: those between two moments, divided by the messages stored
  between the same two moments, whichever messages they were. What the challenge writes after
  midnight is still the stream's backlog; the ratio is right all the same, because the server
  counts both and tells them in one answer.
- Spans per message: those that began and ended between start and end, divided by the messages
  stored then. So spans of messages that only waited, and were refused in the end, do not count.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from load_test.experiment.arrivals import MIDNIGHT, STREAM
from load_test.experiment.counters import (
    FILE_WRITES,
    FILE_WRITTEN_BYTES,
    SPANS_DROPPED,
    STORED,
    Snapshot,
    increase,
)
from load_test.experiment.latency import (
    acknowledgements_ms,
    distribution,
    latencies_ms,
    percentiles,
    timeline,
)
from load_test.experiment.run import RunRecord
from load_test.experiment.validity import watch_generator, why_invalid
from load_test.experiment.witnesses import ended_between, hear_witnesses
from observability.spans import Span, percentile, spans_per_message

Numbers = dict[str, Any]


def summarise(record: RunRecord, spans: Sequence[Span] | None) -> Numbers:
    """The numbers of one run; `spans` are all that arrived of it, None if none were asked for."""
    start, end = record.edges[0], record.edges[-1]
    latencies, acks = latencies_ms(record), acknowledgements_ms(record)
    books, generator = record.ledger.books(), watch_generator(record)
    reasons = why_invalid(record, generator, books)
    refused = _refused(record)
    return {
        "valid": not reasons,
        "invalid_because": "; ".join(reasons) or None,
        "window_us": record.window_us,
        "duration_s": record.ended_s - record.started_s,
        "sent": record.ledger.sent,
        "acknowledged": len(acks),
        "acknowledgement": _promise(record),
        "delivered": len(latencies),
        "refused": refused,
        "undelivered": record.ledger.sent - len(latencies) - sum(refused.values()),
        **dataclasses.asdict(books),
        "delivered_per_s": len(latencies) / (record.ended_s - record.started_s),
        "latency_ms": percentiles(latencies),
        "ack_ms": percentiles(acks),
        "lone_message_ms": percentile(record.lone_ms, 50) if record.lone_ms else None,
        **_writes(start, end),
        "spans_per_message": _spans_per_message(start, end, spans),
        "spans": _arrived(start, end, spans),
        "peak_rss_bytes": max(record.peak_rss_bytes, default=None),
        "cpu_s_per_1000": _cpu_s_per_1000(start, end, len(latencies)),
        "phases": list(_phases(record)),
        "timeline": timeline(record),
        "latency_cdf_ms": distribution(latencies),
        "generator": dataclasses.asdict(generator),
        "witnesses": hear_witnesses(record, spans),
        "drain": {"seconds": record.drain_s, "exit_code": record.exit_code},
    }


def _refused(record: RunRecord) -> dict[str, int]:
    """How many messages were refused in time, by code."""
    ledger = record.ledger
    return dict(
        Counter(
            code
            for code, refused_s, delivered_s in zip(
                ledger.refused_as, ledger.refused_s, ledger.delivered_s, strict=True
            )
            if code and refused_s and refused_s <= record.ended_s and delivered_s is None
        )
    )


def _promise(record: RunRecord) -> str | None:
    """What acknowledgements said: stored, queued, or mixed."""
    said = {how for how in record.ledger.acknowledged_as if how}
    return "mixed" if len(said) > 1 else next(iter(said), None)


def _phases(record: RunRecord) -> Iterator[Numbers]:
    """Messages by their intended moment; writes by when they were done, see above."""
    start, midnight, end = record.edges
    midnight_s, ended_s = record.settings.midnight_s, record.ended_s - record.started_s
    sent = Counter(
        arrival.phase
        for arrival, sent_s in zip(record.schedule, record.ledger.sent_s, strict=True)
        if sent_s is not None
    )
    for name, starts_s, ends_s, before, after in (
        (STREAM, 0.0, midnight_s, start, midnight),
        (MIDNIGHT, midnight_s, ended_s, midnight, end),
    ):
        latencies = latencies_ms(record, name)
        yield {
            "name": name,
            "starts_s": starts_s,
            "ends_s": ends_s,
            "sent": sent[name],
            "delivered": len(latencies),
            **_writes(before, after),
            "latency_ms": percentiles(latencies),
        }


def _writes(before: Snapshot, after: Snapshot) -> Numbers:
    stored = increase(before, after, STORED)
    writes = increase(before, after, FILE_WRITES)
    size = increase(before, after, FILE_WRITTEN_BYTES)
    return {
        "stored": stored,
        "file_writes": writes,
        "bytes_written": size,
        "file_writes_per_message": writes / stored if stored and writes is not None else None,
        "bytes_written_per_message": size / stored if stored and size is not None else None,
    }


def _spans_per_message(
    start: Snapshot, end: Snapshot, spans: Sequence[Span] | None
) -> dict[str, float] | None:
    stored = increase(start, end, STORED)
    if spans is None or not stored:
        return None
    return spans_per_message(ended_between(spans, start, end), stored)


def _arrived(start: Snapshot, end: Snapshot, spans: Sequence[Span] | None) -> Numbers | None:
    """Spans of the run that arrived until the server had gone; `dropped` as it said at the end."""
    if spans is None:
        return None
    return {"arrived": len(spans), "dropped": increase(start, end, SPANS_DROPPED)}


def _cpu_s_per_1000(start: Snapshot, end: Snapshot, delivered: int) -> float | None:
    if start.cpu_s is None or end.cpu_s is None or not delivered:
        return None
    return (end.cpu_s - start.cpu_s) / delivered * 1000
