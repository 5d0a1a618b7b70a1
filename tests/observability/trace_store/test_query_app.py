"""The query address beyond the recorded cases: health, the page, the bound of a search."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from observability.trace_store.otlp_intake import read_otlp
from observability.trace_store.query_app import PAGE, create_query_app
from observability.trace_store.store import Store
from tests.observability.otlp_posts import PostedSpan, otlp_body


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store for three traces."""
    with closing(Store(tmp_path / "traces.db", max_traces=3, max_megabytes=100)) as opened:
        yield opened


@pytest.fixture
def client(store: Store) -> FlaskClient:
    """Asks the application without a network."""
    return create_query_app(store).test_client()


def add(store: Store, service: str, *spans: PostedSpan) -> None:
    """Add spans of one service."""
    store.add(read_otlp(otlp_body(service, spans), is_json=False))


def test_health_says_how_much_there_is(store: Store, client: FlaskClient) -> None:
    add(store, "chat", *(PostedSpan(trace, 1, start_us=trace) for trace in range(1, 6)))

    answer = client.get("/health")

    assert answer.content_type == "application/json"
    megabytes = answer.get_json().pop("megabytes")
    assert answer.json == {
        "status": "ok",
        "spans": 3,
        "traces": 3,
        "megabytes": megabytes,
        "dropped_spans": 2,
        "dropped_traces": 2,
        "refused_posts": 0,
    }
    assert 0 < megabytes < 1


def test_prometheus_reads_the_same(store: Store, client: FlaskClient) -> None:
    add(store, "chat", *(PostedSpan(trace, 1, start_us=trace) for trace in range(1, 6)))

    answer = client.get("/metrics")

    assert answer.content_type.startswith("text/plain; version=")
    assert "trace_store_spans 3.0" in answer.text.splitlines()
    assert "trace_store_dropped_spans_total 2.0" in answer.text.splitlines()


def test_a_search_is_bounded_by_what_the_store_can_hold(client: FlaskClient) -> None:
    assert client.get("/api/traces?service=chat&limit=3").status_code == 200
    assert client.get("/api/traces?service=chat&limit=4").status_code == 500


@pytest.mark.parametrize(
    "path",
    [
        f"/api/dependencies?endTs={2**63 - 1}",
        f"/api/dependencies?endTs=1&lookback={2**63 - 1}",
        f"/api/traces?service=chat&limit=3&start={-(2**63)}&end={2**63 - 1}",
        "/api/traces?service=chat&limit=3&minDuration=999999h",
    ],
)
def test_the_largest_numbers_are_numbers(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.get_json()["data"]) == (200, [])


def test_no_services_are_null_as_in_jaeger(client: FlaskClient) -> None:
    assert client.get("/api/services").get_json()["data"] is None


@pytest.mark.parametrize("path", ["/", "/search", "/api/nothing", "/api/traces/"])
def test_unknown_paths_give_the_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert '<main id="main">' in answer.text


@pytest.mark.parametrize("name", [path.name for path in PAGE.iterdir()])
def test_the_page_is_all_there(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/page/{name}")
    assert (answer.status_code, answer.data) == (200, (PAGE / name).read_bytes())


@pytest.mark.parametrize("path", ["/page/nothing.js", "/page/../store.py", "/page/%2e%2e/store.py"])
def test_nothing_but_the_page_is_given_out(client: FlaskClient, path: str) -> None:
    assert '<main id="main">' in client.get(path).text


def test_the_page_loads_nothing_from_elsewhere() -> None:
    for path in PAGE.iterdir():
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, path.name


def test_a_service_may_have_a_slash_in_its_name(store: Store, client: FlaskClient) -> None:
    add(store, "team/chat", PostedSpan(1, 1, start_us=1, operation="read"))

    assert client.get("/api/services/team/chat/operations").get_json()["data"] == ["read"]
    assert client.get("/api/services/team%2Fchat/operations").get_json()["data"] == ["read"]


def test_traces_that_were_dropped_are_not_found(store: Store, client: FlaskClient) -> None:
    add(store, "chat", *(PostedSpan(trace, 1, start_us=trace) for trace in range(1, 6)))

    assert client.get("/api/traces/1").status_code == 404
    assert client.get("/api/traces/5").status_code == 200
