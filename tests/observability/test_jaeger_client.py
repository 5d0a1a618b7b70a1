"""The client against the trace store as a process: every trace once, and clear errors."""

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from observability.jaeger_client import JaegerClient, JaegerError, NoJaeger, TraceNotFound
from tests.observability.otlp_posts import PostedSpan, post_spans
from tests.observability.store_process import RunningStore, running_store

DAY_US = 1_795_305_600_000_000
MINUTE_US = 60_000_000
SAME_MICROSECOND_US = DAY_US + 30_000_000


@pytest.fixture(scope="module")
def store() -> Iterator[RunningStore]:
    """A store that holds one crowded minute of the service `crowd`."""
    with running_store() as started:
        post_spans(started.otlp, "crowd", crowd())
        yield started


@pytest.fixture
def client(store: RunningStore) -> Iterator[JaegerClient]:
    """A client of that store."""
    with JaegerClient(store.query) as opened:
        yield opened


def crowd() -> list[PostedSpan]:
    """300 traces of two spans: a third start in one microsecond, the rest anywhere in a minute;
    the second span follows up to 20 s later, so that many traces reach over a page's edge.
    """
    chance = random.Random(0)
    spans = []
    for trace in range(1, 301):
        together = trace % 3 == 0
        start_us = SAME_MICROSECOND_US if together else DAY_US + chance.randrange(MINUTE_US)
        later_us = start_us + chance.randrange(20_000_000)
        spans.append(PostedSpan(trace, trace, start_us, operation="send"))
        spans.append(PostedSpan(trace, 1000 + trace, later_us, operation="store", parent_id=trace))
    return spans


@pytest.mark.parametrize("page_traces", [7, 100, 299, 300, 301, 100_000])
def test_every_trace_comes_once_and_whole_whatever_the_page(
    store: RunningStore, page_traces: int
) -> None:
    with JaegerClient(store.query, page_traces=page_traces) as client:
        traces = list(client.traces("crowd", DAY_US, DAY_US + 2 * MINUTE_US))

    assert sorted(int(trace[0].trace_id, 16) for trace in traces) == list(range(1, 301))
    assert all(len(trace) == 2 for trace in traces)


@pytest.mark.parametrize(
    ("from_us", "to_us"),
    [
        (DAY_US, SAME_MICROSECOND_US),
        (SAME_MICROSECOND_US, SAME_MICROSECOND_US),
        (SAME_MICROSECOND_US + 1, DAY_US + MINUTE_US),
        (0, 2**52),
        (DAY_US + 1, DAY_US),
    ],
)
def test_a_window_gives_exactly_the_traces_with_a_span_that_starts_in_it(
    store: RunningStore, from_us: int, to_us: int
) -> None:
    expected = {span.trace_id for span in crowd() if from_us <= span.start_us <= to_us}

    with JaegerClient(store.query, page_traces=20) as client:
        found = [int(trace[0].trace_id, 16) for trace in client.traces("crowd", from_us, to_us)]

    assert sorted(found) == sorted(expected)


def test_an_operation_narrows_the_search(client: JaegerClient) -> None:
    sends = [s for s in crowd() if s.operation == "send" and s.start_us > SAME_MICROSECOND_US]

    found = list(client.traces("crowd", SAME_MICROSECOND_US + 1, DAY_US + MINUTE_US, "send"))

    assert len(found) == len(sends)


def test_spans_are_those_of_the_service_alone(store: RunningStore, client: JaegerClient) -> None:
    post_spans(store.otlp, "caller", [PostedSpan(5000, 1, DAY_US)])
    post_spans(store.otlp, "called", [PostedSpan(5000, 2, DAY_US, parent_id=1)])

    assert len(client.trace(f"{5000:x}")) == 2
    (span,) = client.spans("called", DAY_US, DAY_US)
    assert (span.service, span.span_id, span.parent_id) == (
        "called",
        "0000000000000002",
        "0000000000000001",
    )


def test_services_and_operations_are_listed(client: JaegerClient) -> None:
    assert "crowd" in client.services()
    assert client.operations("crowd") == ["send", "store"]
    assert client.operations("nobody") == []
    assert list(client.traces("nobody", 0, DAY_US * 2)) == []


def test_a_store_that_holds_less_than_a_page_is_read_all_the_same() -> None:
    with running_store("--max-traces", "30") as small, JaegerClient(small.query) as client:
        post_spans(small.otlp, "few", [PostedSpan(n, n, DAY_US + n) for n in range(1, 31)])
        assert len(list(client.traces("few", DAY_US, DAY_US + MINUTE_US))) == 30

        # but more in one microsecond than it gives at once is said, not cut off
        post_spans(small.otlp, "few", [PostedSpan(100 + n, n, DAY_US) for n in range(1, 31)])
        with pytest.raises(JaegerError, match="start in the microsecond 1795305600000000"):
            list(client.traces("few", DAY_US, DAY_US + MINUTE_US))


def test_waiting_ends_when_the_traces_are_there(store: RunningStore, client: JaegerClient) -> None:
    # given two traces of which the second comes later
    post_spans(store.otlp, "late", [PostedSpan(6001, 1, DAY_US)])
    second = [PostedSpan(6002, 1, DAY_US)]
    later = threading.Timer(0.3, post_spans, (store.otlp, "late", second))
    later.start()

    # when both are waited for, then both are there
    client.wait_for_traces("late", DAY_US, DAY_US, at_least=2)
    assert len(list(client.traces("late", DAY_US, DAY_US))) == 2
    later.join()


def test_waiting_has_a_deadline_and_says_how_far_it_came(client: JaegerClient) -> None:
    started = time.monotonic()

    with pytest.raises(JaegerError, match=r"0 of 3 traces of nobody came to .* in 0\.3 s"):
        client.wait_for_traces("nobody", 0, DAY_US, at_least=3, wait_s=0.3)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("trace_id", ["abcdef", "0" * 32])
def test_a_trace_that_is_not_there_is_said(client: JaegerClient, trace_id: str) -> None:
    with pytest.raises(TraceNotFound, match="trace not found"):
        client.trace(trace_id)


@pytest.mark.parametrize("trace_id", ["no/../id", "zz", "a" * 40])
def test_what_is_no_trace_id_is_said(client: JaegerClient, trace_id: str) -> None:
    with pytest.raises(JaegerError):
        client.trace(trace_id)


def test_an_address_where_nothing_listens_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        JaegerClient(f"http://127.0.0.1:{port}") as client,
        pytest.raises(NoJaeger, match=rf"nothing answers at http://127.0.0.1:{port} \(.*refused"),
    ):
        client.services()


def test_a_mistyped_path_is_not_taken_for_an_empty_answer(store: RunningStore) -> None:
    # Jaeger answers it with a page and status 200.
    with (
        JaegerClient(f"{store.query}/jaeger/") as client,
        pytest.raises(NoJaeger, match="answered 200 with text/html"),
    ):
        client.services()


@contextmanager
def other_server(body: bytes) -> Iterator[str]:
    """The address of a server that answers everything with `body`, and calls it JSON."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"ok": true}', b'{"data": ', b"\xff"])
def test_a_server_that_is_no_jaeger_is_said(body: bytes) -> None:
    with (
        other_server(body) as url,
        JaegerClient(url) as client,
        pytest.raises(NoJaeger, match="not with Jaeger's JSON"),
    ):
        client.services()


@pytest.mark.parametrize("trace", [b"7", b"{}", b'{"spans": [{}], "processes": {}}'])
def test_traces_that_cannot_be_read_are_said(trace: bytes) -> None:
    with (
        other_server(b'{"data": [%b]}' % trace) as url,
        JaegerClient(url) as client,
        pytest.raises(NoJaeger, match="a trace that is not like Jaeger's"),
    ):
        list(client.traces("chat", 0, 1))
