"""What a chat server counts about itself, as Prometheus reads it at ``/metrics``.

Counting is adding to a number here; OpenTelemetry asks for the numbers when it is scraped. That
keeps the fast path fast, makes every counter present at 0 from the start, and gives the log and
the metrics the same figures. Only histograms cost more: about 5 microseconds for each value.
"""

import sys
from collections.abc import Callable, Iterable

import psutil
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from prometheus_client import generate_latest

from observability import names

# From a quiet server's 1 ms to a melting one's minute.
SECONDS_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
BATCH_BOUNDS = (1, 2, 5, 10, 25, 50, 75, 100, 250, 1_000, 10_000)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# There the Prometheus client counts processor time and memory itself, and nowhere else.
HAS_PROC = sys.platform.startswith("linux")

Number = Callable[[], float]


class ChatMetrics:
    """The books of one server. They balance at every instant: accepted = stored + failed + queued.

    `accepted` counts what entered the queue, `failed` what left it without being stored, `refused`
    (by reason) what never entered.
    """

    def __init__(self) -> None:
        self.accepted = self.stored = self.failed = self.storage_failures = 0
        self.refused = dict.fromkeys(names.REFUSAL_REASONS, 0)
        self.queue_messages = self.queue_bytes = 0
        self.batches = self.largest_batch = 0  # the largest since somebody set it to 0
        self.file_reads = self.file_writes = self.file_written_bytes = 0
        self.clients = self.slow_clients_cut = 0
        self.damaged_files: Number = lambda: 0
        self.spans_dropped: Number = lambda: 0
        self.traces_skipped: Number = lambda: 0
        self._provider = _meter_provider()
        meter = self._provider.get_meter("chat")
        self._store_seconds = meter.create_histogram(names.STORE_SECONDS)
        self._flush_seconds = meter.create_histogram(names.FLUSH_SECONDS)
        self._batch_size = meter.create_histogram(names.BATCH_SIZES)
        counters: dict[str, Number] = {
            names.ACCEPTED: lambda: self.accepted,
            names.STORED: lambda: self.stored,
            names.FAILED: lambda: self.failed,
            names.FILE_READS: lambda: self.file_reads,
            names.FILE_WRITES: lambda: self.file_writes,
            names.FILE_WRITTEN_BYTES: lambda: self.file_written_bytes,
            names.STORAGE_FAILURES: lambda: self.storage_failures,
            names.SLOW_CLIENTS_CUT: lambda: self.slow_clients_cut,
            names.SPANS_DROPPED: lambda: self.spans_dropped(),
            names.TRACES_SKIPPED: lambda: self.traces_skipped(),
            **_process_counters(),
        }
        gauges: dict[str, Number] = {
            names.QUEUE_MESSAGES: lambda: self.queue_messages,
            names.QUEUE_BYTES: lambda: self.queue_bytes,
            names.CLIENTS: lambda: self.clients,
            names.DAMAGED_FILES: lambda: self.damaged_files(),
            **_process_gauges(),
        }
        for name, number in counters.items():
            meter.create_observable_counter(name, [_observe(number)])
        for name, number in gauges.items():
            meter.create_observable_gauge(name, [_observe(number)])
        meter.create_observable_counter(names.REFUSED, [self._observe_refused])

    def flushed(self, messages: int, seconds: float) -> None:
        """One write took `messages` to the disk in `seconds`."""
        self.batches += 1
        self.largest_batch = max(self.largest_batch, messages)
        self._batch_size.record(messages)
        self._flush_seconds.record(seconds)

    def stored_after(self, seconds: float) -> None:
        """A message was stored `seconds` after it was accepted."""
        self.stored += 1
        self._store_seconds.record(seconds)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format, those of the process included."""
        return generate_latest()

    def close(self) -> None:
        """Leave the process-wide registry, so that another server in this process can count."""
        self._provider.shutdown()

    def _observe_refused(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(count, {"reason": reason}) for reason, count in self.refused.items()]


def _meter_provider() -> MeterProvider:
    seconds = ExplicitBucketHistogramAggregation(SECONDS_BOUNDS)
    sizes = ExplicitBucketHistogramAggregation(BATCH_BOUNDS)
    return MeterProvider(
        metric_readers=[PrometheusMetricReader(disable_target_info=True)],
        views=[
            View(instrument_name="*_seconds", aggregation=seconds),
            View(instrument_name=names.BATCH_SIZES, aggregation=sizes),
        ],
        # Prometheus' text shows no exemplars; to choose some would cost as much as the histogram.
        exemplar_filter=AlwaysOffExemplarFilter(),
        shutdown_on_exit=False,
    )


def _process_counters() -> dict[str, Number]:
    if HAS_PROC:
        return {}
    process = psutil.Process()
    return {"process_cpu_seconds": lambda: sum(process.cpu_times()[:2])}


def _process_gauges() -> dict[str, Number]:
    if HAS_PROC:
        return {}
    process = psutil.Process()
    return {"process_resident_memory_bytes": lambda: process.memory_info().rss}


def _observe(number: Number) -> Callable[[CallbackOptions], Iterable[Observation]]:
    return lambda _: [Observation(number())]
