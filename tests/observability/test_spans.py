"""Counts, latency and percentiles of spans, by hand-counted examples and by what always holds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability import names
from observability.spans import (
    OperationSummary,
    Span,
    by_operation,
    by_service,
    percentile,
    spans_per_message,
    traces_stood_for,
)


def a_span(
    operation: str, duration_us: int = 1000, service: str = "chat", error: bool = False,
    trace_id: str = "1", skipped: int = 0,
) -> Span:  # fmt: skip
    """A span of which a test says only what matters to it."""
    return Span(
        trace_id=trace_id,
        span_id="1",
        parent_id=None,
        service=service,
        operation=operation,
        start_us=0,
        duration_us=duration_us,
        tags={names.SAMPLING_SKIPPED: skipped} if skipped else {},
        events=(),
        links=(),
        error=error,
    )


@pytest.mark.parametrize(
    ("percent", "expected"), [(1, 15), (5, 15), (30, 20), (40, 20), (50, 35), (99, 50), (100, 50)]
)
def test_percentiles_are_nearest_rank(percent: float, expected: float) -> None:
    assert percentile([35, 20, 15, 50, 40], percent) == expected


def test_a_percentile_is_exact_where_the_rank_is_whole() -> None:
    # 0.95 * 20 is 19.000000000000004 in floating point; the rank must be 19 all the same.
    assert percentile(range(1, 21), 95) == 19
    assert percentile(range(1, 101), 99) == 99
    assert percentile(range(1, 1001), 99.9) == 999


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_value_that_enough_others_do_not_exceed(
    values: list[float], percent: int
) -> None:
    found = percentile(values, percent)

    needed = math.ceil(len(values) * percent / 100)
    assert found in values
    assert sum(value <= found for value in values) >= needed
    assert sum(value < found for value in values) < needed


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1], 0), ([1], -1), ([1], 101)])
def test_a_percentile_of_nothing_or_out_of_range_is_refused(
    values: list[float], percent: float
) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, percent)


def test_operations_are_counted_and_timed_in_milliseconds() -> None:
    spans = [a_span("write", duration_us) for duration_us in range(1000, 101_000, 1000)]
    spans.append(a_span("read", 500, error=True))

    assert by_operation(spans) == {
        "read": OperationSummary(count=1, errors=1, p50_ms=0.5, p95_ms=0.5, p99_ms=0.5, max_ms=0.5),
        "write": OperationSummary(
            count=100, errors=0, p50_ms=50.0, p95_ms=95.0, p99_ms=99.0, max_ms=100.0
        ),
    }


def test_services_are_told_apart() -> None:
    spans = [a_span("write", service="solution"), a_span("write", service="challenge")]
    spans.append(a_span("write", service="challenge"))

    summaries = by_service(spans)

    assert list(summaries) == ["challenge", "solution"]
    assert summaries["challenge"]["write"].count == 2
    assert summaries["solution"]["write"].count == 1


def test_spans_per_message_are_counts_over_messages() -> None:
    spans = [a_span("send")] * 100 + [a_span("batch")] * 4

    assert spans_per_message(spans, messages=100) == {"batch": 0.04, "send": 1.0}


def test_no_spans_give_no_operations() -> None:
    assert by_operation([]) == {}
    assert by_service([]) == {}
    assert spans_per_message([], messages=5) == {}


def test_a_kept_trace_counts_for_those_skipped_before_it() -> None:
    # given three kept traces of ten messages, each of two spans, and one batch of all ten
    sampled = [a_span("send", trace_id="1"), a_span("write", trace_id="1")]
    sampled += [a_span("send", trace_id="2", skipped=3), a_span("write", trace_id="2")]
    sampled += [a_span("send", trace_id="3", skipped=4), a_span("write", trace_id="3")]
    sampled += [a_span("batch", trace_id="4")]
    assert traces_stood_for(sampled) == {"1": 1, "2": 4, "3": 5, "4": 1}
    per_message = spans_per_message(sampled, messages=10)
    assert per_message == {"batch": 0.1, "send": 1.0, "write": 1.0}


def test_spans_per_message_need_a_message() -> None:
    with pytest.raises(ValueError, match="at least one message"):
        spans_per_message([a_span("send")], messages=0)
