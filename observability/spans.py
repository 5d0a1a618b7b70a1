"""Spans as the workshop reads them, and the sums that notebook, reports and graders share.

Everything here is a pure function of spans. Percentiles are nearest-rank: of n values, sorted, the
p-th percentile is the one at rank ceil(p/100 * n). It is always a value that was measured, and of
few values the p99 is simply the largest; interpolating between values would invent latencies.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from observability import names

MICROSECONDS_PER_MILLISECOND = 1000
TagValue = str | bool | int | float | bytes | list[object]


@dataclass(frozen=True, slots=True)
class Link:
    """From a batch to one of its messages: the ids of the span that is linked to."""

    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened within a span, at `time_us` microseconds since 1970."""

    time_us: int
    name: str
    attributes: Mapping[str, TagValue]


@dataclass(frozen=True, slots=True)
class Span:
    """One span, read alike whether it came to Jaeger through Thrift or OTLP.

    `start_us` counts microseconds since 1970 and `duration_us` microseconds; `tags` are the span's
    attributes together with those of its resource; `error` says whether its status is an error.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    operation: str
    start_us: int
    duration_us: int
    tags: Mapping[str, TagValue]
    events: tuple[Event, ...]
    links: tuple[Link, ...]
    error: bool


@dataclass(frozen=True, slots=True)
class OperationSummary:
    """How often one operation ran and how long it took, in milliseconds."""

    count: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile, as defined above; `values` need not be sorted.

    Raises ValueError for no values, or a `percent` that is not above 0 and at most 100.
    """
    return percentile_of_sorted(sorted(values), percent)


def percentile_of_sorted(values: Sequence[float], percent: float) -> float:
    """`percentile` of values that are sorted already, for those who ask for several."""
    if not 0 < percent <= 100:
        raise ValueError(f"a percentile is above 0 and at most 100, not {percent}")
    if not values:
        raise ValueError("no values, so no percentile")
    rank = math.ceil(percent * len(values) / 100)
    return values[rank - 1]


def by_operation(spans: Iterable[Span]) -> dict[str, OperationSummary]:
    """Count and latency of each operation, by name, over all services in `spans`."""
    groups: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        groups[span.operation].append(span)
    return {operation: _summary(groups[operation]) for operation in sorted(groups)}


def by_service(spans: Iterable[Span]) -> dict[str, dict[str, OperationSummary]]:
    """`by_operation` for each service, by name."""
    groups: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        groups[span.service].append(span)
    return {service: by_operation(groups[service]) for service in sorted(groups)}


def traces_stood_for(spans: Iterable[Span]) -> dict[str, int]:
    """How many traces each kept one stands for, by id: itself, and those that were skipped
    before it, if traces were sampled. In an unsampled run 1 for each.
    """
    stood_for: dict[str, int] = defaultdict(lambda: 1)
    for span in spans:
        skipped = span.tags.get(names.SAMPLING_SKIPPED, 0)
        stood_for[span.trace_id] += skipped if isinstance(skipped, int) else 0
    return dict(stood_for)


def spans_per_message(spans: Sequence[Span], messages: int) -> dict[str, float]:
    """How many spans of each name one message cost, on average over `messages` messages.

    For `database.create_message` it is 1 where each message is written by itself, and for
    `database.create_messages_batch` one over the mean batch. If traces were sampled, a kept one
    counts for those skipped before it, too. Raises ValueError for no messages.
    """
    if messages < 1:
        raise ValueError(f"spans per message need at least one message, not {messages}")
    stood_for = traces_stood_for(spans)
    counts: dict[str, int] = defaultdict(int)
    for span in spans:
        counts[span.operation] += stood_for[span.trace_id]
    return {operation: counts[operation] / messages for operation in sorted(counts)}


def _summary(spans: Sequence[Span]) -> OperationSummary:
    latencies = sorted(span.duration_us / MICROSECONDS_PER_MILLISECOND for span in spans)
    return OperationSummary(
        count=len(spans),
        errors=sum(span.error for span in spans),
        p50_ms=percentile_of_sorted(latencies, 50),
        p95_ms=percentile_of_sorted(latencies, 95),
        p99_ms=percentile_of_sorted(latencies, 99),
        max_ms=latencies[-1],
    )
