"""What Prometheus reads: every metric from the start, and the figures of the books."""

from collections.abc import Iterable
from itertools import pairwise
from math import inf

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from observability import names
from observability.metrics import BATCH_BOUNDS, CONTENT_TYPE, SECONDS_BOUNDS, ChatMetrics
from solution.config import ServerConfig

COUNTERS = (
    names.ACCEPTED,
    names.STORED,
    names.FAILED,
    names.FILE_READS,
    names.FILE_WRITES,
    names.FILE_WRITTEN_BYTES,
    names.STORAGE_FAILURES,
    names.SLOW_CLIENTS_CUT,
    names.SPANS_DROPPED,
    names.TRACES_SKIPPED,
)
GAUGES = (names.QUEUE_MESSAGES, names.QUEUE_BYTES, names.CLIENTS, names.DAMAGED_FILES)
MOST_BETWEEN_BOUNDS = 3  # times: a percentile read off a histogram is wrong by as much at worst


def families(metrics: ChatMetrics) -> dict[str, Metric]:
    """All metrics as Prometheus parses them, by name without ``_total``."""
    parsed: Iterable[Metric] = text_string_to_metric_families(metrics.exposition().decode())
    return {family.name: family for family in parsed}


def value(metrics: ChatMetrics, sample: str, **labels: str) -> float:
    """The value of one sample."""
    found = [
        each.value
        for family in families(metrics).values()
        for each in family.samples
        if each.name == sample and each.labels == labels
    ]
    assert len(found) == 1, f"{sample}{labels} stands {len(found)} times"
    return float(found[0])


def test_counters_and_gauges_are_there_at_0_from_the_start(metrics: ChatMetrics) -> None:
    for name in COUNTERS:
        assert families(metrics)[name].type == "counter"
        assert value(metrics, f"{name}_total") == 0
    for name in GAUGES:
        assert families(metrics)[name].type == "gauge"
        assert value(metrics, name) == 0
    for reason in names.REFUSAL_REASONS:
        assert value(metrics, f"{names.REFUSED}_total", reason=reason) == 0


def test_the_figures_of_the_books_are_those_of_the_metrics(metrics: ChatMetrics) -> None:
    metrics.accepted, metrics.stored, metrics.failed = 12, 7, 2
    metrics.queue_messages, metrics.queue_bytes, metrics.clients = 3, 900, 40
    metrics.file_reads, metrics.file_writes, metrics.file_written_bytes = 5, 6, 123_456_789
    metrics.refused["queue_full"] = 4
    metrics.storage_failures, metrics.slow_clients_cut = 10, 11
    metrics.spans_dropped, metrics.traces_skipped = lambda: 8, lambda: 9
    metrics.damaged_files = lambda: 1
    assert [value(metrics, f"{name}_total") for name in COUNTERS] == [
        12, 7, 2, 5, 6, 123_456_789, 10, 11, 8, 9,
    ]  # fmt: skip
    assert [value(metrics, name) for name in GAUGES] == [3, 900, 40, 1]
    assert value(metrics, f"{names.REFUSED}_total", reason="queue_full") == 4
    assert value(metrics, f"{names.REFUSED}_total", reason="bad_field") == 0


def test_what_falls_is_read_as_it_is_now(metrics: ChatMetrics) -> None:
    metrics.queue_messages = 5
    assert value(metrics, names.QUEUE_MESSAGES) == 5
    metrics.queue_messages = 0
    assert value(metrics, names.QUEUE_MESSAGES) == 0


def buckets(metrics: ChatMetrics, name: str) -> dict[float, float]:
    """A histogram's buckets: how many values were at most so large."""
    samples = families(metrics)[name].samples
    return {
        float(each.labels["le"]): each.value for each in samples if each.name == f"{name}_bucket"
    }


def test_a_flush_is_counted_in_its_size_and_time(metrics: ChatMetrics) -> None:
    assert names.BATCH_SIZES not in families(metrics)  # present from its first value
    for size, seconds in ((1, 0.001), (100, 0.02), (101, 70)):
        metrics.flushed(size, seconds)
    sizes = buckets(metrics, names.BATCH_SIZES)
    assert list(sizes) == [*BATCH_BOUNDS, inf]
    assert (sizes[1], sizes[75], sizes[100], sizes[inf]) == (1, 1, 2, 3)
    assert value(metrics, f"{names.BATCH_SIZES}_sum") == 202
    seconds_of = buckets(metrics, names.FLUSH_SECONDS)
    assert list(seconds_of) == [*SECONDS_BOUNDS, inf]
    assert (seconds_of[0.001], seconds_of[60], seconds_of[inf]) == (1, 2, 3)


def test_a_stored_message_is_counted_with_the_time_it_took(metrics: ChatMetrics) -> None:
    for seconds in (0.004, 0.3):
        metrics.stored_after(seconds)
    assert metrics.stored == value(metrics, f"{names.STORED}_total") == 2
    assert value(metrics, f"{names.STORE_SECONDS}_count") == 2
    assert value(metrics, f"{names.STORE_SECONDS}_sum") == pytest.approx(0.304)
    assert buckets(metrics, names.STORE_SECONDS)[0.005] == 1


def test_the_bounds_fit_the_lesson(metrics: ChatMetrics) -> None:
    # given what is to be told apart: a quiet server's 1 ms from a melting one's minute
    metrics.flushed(1, 0.001)
    metrics.stored_after(0.001)
    for name in (names.FLUSH_SECONDS, names.STORE_SECONDS):
        *bounds, beyond = buckets(metrics, name)
        assert (bounds[0], bounds[-1], beyond) == (0.001, 60, inf)
        assert all(b <= MOST_BETWEEN_BOUNDS * a for a, b in pairwise(bounds))

    # and a message alone from a batch, and a full one from those of a drain and of a full queue
    sizes = buckets(metrics, names.BATCH_SIZES)
    assert {1, ServerConfig.batch_size, ServerConfig.max_queue_messages} <= sizes.keys()


def test_the_process_is_measured_too(metrics: ChatMetrics) -> None:
    assert value(metrics, "process_resident_memory_bytes") > 1_000_000
    assert value(metrics, "process_cpu_seconds_total") > 0


def test_a_server_after_another_counts_for_itself() -> None:
    # given books that are closed
    first = ChatMetrics()
    first.accepted = 5
    first.close()

    # when others are opened in the same process, then they begin at 0 and stand there once
    second = ChatMetrics()
    assert value(second, f"{names.ACCEPTED}_total") == 0
    second.close()
    assert b"chat_" not in second.exposition()


def test_the_content_type_is_that_of_the_text_format() -> None:
    assert CONTENT_TYPE.startswith("text/plain; version=0.0.4")
