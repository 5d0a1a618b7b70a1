"""Spans go to a store of our own, or where the user says; wrong variables are a sentence."""

from pathlib import Path

import pytest
import requests

from load_test.experiment.traces import ENDPOINT, EXPORTER, QUERY_URL, WrongTraces, open_traces
from load_test.experiment.traces import users_traces as theirs
from observability.jaeger_client import NoJaeger
from observability.sampling import SAMPLER

NOBODY = "http://127.0.0.1:9"


def test_our_own_store_takes_spans_and_is_gone_afterwards(tmp_path: Path) -> None:
    database = tmp_path / "traces.db"

    with open_traces(database, tmp_path / "log", {}) as traces:
        assert traces.query_url is not None
        assert traces.environment[EXPORTER] == "jaeger"
        assert traces.environment[SAMPLER] == "always_on"
        # It answers where the servers will be sent: an empty body is no Thrift, says its intake.
        assert requests.post(traces.environment[ENDPOINT], timeout=5).status_code == 400
        assert traces.read("challenge", 0, 10, enough=lambda spans: True) == []

    assert database.exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(traces.query_url, timeout=5)


@pytest.mark.slow
def test_otlp_goes_to_our_own_store_too(tmp_path: Path) -> None:
    environ = {EXPORTER: "otlp", SAMPLER: "traceidratio"}

    with open_traces(tmp_path / "traces.db", tmp_path / "log", environ) as traces:
        assert traces.environment[EXPORTER] == "otlp"
        assert traces.environment[SAMPLER] == "traceidratio"
        endpoint = traces.environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
        assert requests.post(endpoint, timeout=5).status_code in (200, 400, 415)


def test_both_variables_mean_a_jaeger_of_the_users() -> None:
    environ = {ENDPOINT: "http://jaeger:14268/api/traces", QUERY_URL: "http://jaeger:16686"}

    traces = theirs(environ)

    assert traces is not None
    assert traces.query_url == "http://jaeger:16686"
    assert traces.environment[ENDPOINT] == "http://jaeger:14268/api/traces"
    assert theirs({}) is None


@pytest.mark.parametrize("name", [ENDPOINT, QUERY_URL])
def test_one_of_them_alone_is_wrong(name: str) -> None:
    with pytest.raises(WrongTraces, match="set both"):
        theirs({name: NOBODY})


def test_a_jaeger_that_is_not_there_is_told_before_anything_runs(tmp_path: Path) -> None:
    environ = {ENDPOINT: NOBODY, QUERY_URL: NOBODY}

    with pytest.raises(NoJaeger), open_traces(tmp_path / "db", tmp_path / "log", environ):
        raise AssertionError("there is no Jaeger")


def test_without_traces_nothing_is_started_and_nothing_read(tmp_path: Path) -> None:
    with open_traces(tmp_path / "db", tmp_path / "log", {EXPORTER: "none"}) as traces:
        assert traces.environment == {EXPORTER: "none"}
        assert traces.read("challenge", 0, 10, enough=lambda spans: False) is None

    assert list(tmp_path.iterdir()) == []
