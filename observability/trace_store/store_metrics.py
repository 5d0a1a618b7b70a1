"""What the store holds, has dropped and has refused, as Prometheus reads it."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from observability.trace_store.store import Counts


class CountsCollector(Collector):
    """Gives counts that are known already to the Prometheus client."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """One metric for each count."""
        counts = self._counts
        for name, what, held in (
            ("spans", "Spans in the store", counts.spans),
            ("traces", "Traces in the store", counts.traces),
            ("megabytes", "Size of the file in use, in 1,000,000 bytes", counts.megabytes),
        ):
            yield GaugeMetricFamily(f"trace_store_{name}", what, held)
        for name, what, gone in (
            ("dropped_spans", "Spans dropped with their traces", counts.dropped_spans),
            ("dropped_traces", "Traces dropped, the oldest first", counts.dropped_traces),
            ("refused_posts", "Posts answered with an error", counts.refused_posts),
        ):
            yield CounterMetricFamily(f"trace_store_{name}", what, gone)


def metrics_text(counts: Counts) -> bytes:
    """The counts in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(CountsCollector(counts))
    return generate_latest(registry)
