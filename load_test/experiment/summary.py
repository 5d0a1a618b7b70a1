"""From the record of a run to its numbers, as they stand in results.json.

What is defined here, once:

- delivered: its sender saw it before the time was up. undelivered: sent, and by then neither
  delivered nor refused. What came later, while the server drained, counts for the books (lost,
  doubled, out of order, missing) and for nothing else.
- delivered_per_s: between the end of the warm-up, if the load has one, and the end of the time.
- Spans per message: those that began and ended between start and end, divided by the messages
  stored then. So spans of messages that only waited, and were refused in the end, do not count.
"""

import dataclasses
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from load_test.experiment.counters import SPANS_DROPPED, STORED, Snapshot, increase
from load_test.experiment.latency import (
    acknowledgements_ms,
    distribution,
    latencies_ms,
    percentiles,
    timeline,
)
from load_test.experiment.meter import read_meter
from load_test.experiment.phases import slots
from load_test.experiment.run import RunRecord
from load_test.experiment.validity import faults, watch_generator, why_void
from load_test.experiment.witnesses import ended_between, hear_witnesses
from observability.sampling import SAMPLER
from observability.spans import Span, percentile, spans_per_message

Numbers = dict[str, Any]


def summarise(record: RunRecord, spans: Sequence[Span] | None) -> Numbers:
    """The numbers of one run; `spans` are all that arrived of it, None if none were asked for."""
    start, end = record.edges[0], record.edges[-1]
    told = record.load.latency_of
    latencies, acks = latencies_ms(record, told), acknowledgements_ms(record, told)
    acknowledged, delivered = len(acknowledgements_ms(record)), len(latencies_ms(record))
    books, generator = record.ledger.books(), watch_generator(record)
    reasons = why_void(record, generator) + faults(dataclasses.asdict(books))
    refused = _refused(record)
    return {
        "valid": not reasons,
        "invalid_because": "; ".join(reasons) or None,
        "window_us": record.window_us,
        "duration_s": record.ended_s - record.started_s,
        "sent": record.ledger.sent,
        "acknowledged": acknowledged,
        "acknowledgement": _promise(record),
        "delivered": delivered,
        "refused": refused,
        "undelivered": record.ledger.sent - delivered - sum(refused.values()),
        **dataclasses.asdict(books),
        "delivered_per_s": _delivered_per_s(record),
        "latency_ms": percentiles(latencies),
        "ack_ms": percentiles(acks),
        "lone_message_ms": percentile(record.lone_ms, 50) if record.lone_ms else None,
        **read_meter(start, end, record.ledger),
        "spans_per_message": _spans_per_message(start, end, spans),
        "spans": _arrived(start, end, spans),
        "peak_rss_bytes": record.peak_rss_bytes,
        "phases": list(_phases(record)),
        "timeline": timeline(record),
        "latency_cdf_ms": distribution(latencies),
        "generator": dataclasses.asdict(generator),
        "witnesses": hear_witnesses(record, spans, os.environ.get(SAMPLER)),
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


def _delivered_per_s(record: RunRecord) -> float:
    from_s = record.started_s + record.load.warm_up_s
    counted = (
        at_s is not None and from_s <= at_s <= record.ended_s for at_s in record.ledger.delivered_s
    )
    return sum(counted) / (record.ended_s - from_s)


def _phases(record: RunRecord) -> Iterator[Numbers]:
    """Messages by their intended moment; work by when it was done, see `meter`."""
    ended_s = record.ended_s - record.started_s
    sent = Counter(
        arrival.phase
        for arrival, sent_s in zip(record.schedule, record.ledger.sent_s, strict=True)
        if sent_s is not None
    )
    for slot, (before, after) in zip(
        slots(record.load.phases), pairwise(record.edges), strict=True
    ):
        latencies = latencies_ms(record, slot.phase.name)
        yield {
            "name": slot.phase.name,
            "starts_s": slot.starts_s,
            "ends_s": min(slot.ends_s, ended_s),
            "sent": sent[slot.phase.name],
            "delivered": len(latencies),
            **read_meter(before, after, record.ledger),
            "latency_ms": percentiles(latencies),
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
