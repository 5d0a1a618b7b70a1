"""The counts in Prometheus's format, as its own parser reads them."""

from prometheus_client.parser import text_string_to_metric_families

from observability.trace_store.store import Counts
from observability.trace_store.store_metrics import metrics_text

COUNTS = Counts(
    spans=7, traces=3, megabytes=1.5, dropped_spans=20, dropped_traces=10, refused_posts=2
)


def test_every_count_is_a_metric() -> None:
    families = list(text_string_to_metric_families(metrics_text(COUNTS).decode()))

    assert {family.samples[0].name: family.samples[0].value for family in families} == {
        "trace_store_spans": 7,
        "trace_store_traces": 3,
        "trace_store_megabytes": 1.5,
        "trace_store_dropped_spans_total": 20,
        "trace_store_dropped_traces_total": 10,
        "trace_store_refused_posts_total": 2,
    }
    assert {family.type for family in families} == {"gauge", "counter"}
