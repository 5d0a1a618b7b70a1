"""A span is sent as the servers send theirs, and looked for where readers look."""

from collections.abc import Mapping

import pytest

from observability.doctor import traces
from observability.doctor.finding import Level
from observability.doctor.traces import check_traces
from tests.conftest import Collector
from tests.observability.store_process import running_store

NOWHERE = "http://127.0.0.1:1"


def variables(collector_url: str, query_url: str) -> Mapping[str, str]:
    """An environment for OTLP to a collector, and a query address."""
    return {
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector_url,
        "JAEGER_QUERY_URL": query_url,
    }


@pytest.mark.parametrize("name", ["OTEL_TRACES_EXPORTER", "OTEL_SDK_DISABLED"])
def test_switched_off_is_a_warning(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"OTEL_TRACES_EXPORTER": "none", "OTEL_SDK_DISABLED": "true"}[name]
    monkeypatch.setenv(name, value)  # the SDK reads its own
    finding = check_traces({name: value})
    assert finding.level is Level.WARNING
    assert "switched off" in finding.found


def test_a_wrong_variable_is_a_problem() -> None:
    finding = check_traces({"OTEL_TRACES_EXPORTER": "zipkin"})
    assert finding.level is Level.PROBLEM
    assert "OTEL_TRACES_EXPORTER must be one of" in finding.found


def test_nothing_that_takes_spans_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "FAREWELL_S", 0.5)
    finding = check_traces(variables(NOWHERE, NOWHERE))
    assert finding.level is Level.WARNING
    assert "make traces" in finding.advice


def test_a_span_that_is_not_found_is_a_problem(collector: Collector) -> None:
    finding = check_traces(variables(collector.url, NOWHERE))
    assert finding.level is Level.PROBLEM
    assert "not found" in finding.found
    assert collector.posts


@pytest.mark.parametrize("kind", ["jaeger", "otlp"])
def test_a_span_that_is_found_is_fine_whatever_servers_keep(kind: str) -> None:
    with running_store() as store:
        environ = {
            "OTEL_TRACES_EXPORTER": kind,
            "OTEL_TRACES_SAMPLER": "always_off",
            "OTEL_EXPORTER_OTLP_ENDPOINT": store.otlp,
            "OTEL_EXPORTER_JAEGER_ENDPOINT": f"{store.thrift}/api/traces?format=jaeger.thrift",
            "JAEGER_QUERY_URL": store.query,
        }
        finding = check_traces(environ)
    assert finding.level is Level.OK, finding
