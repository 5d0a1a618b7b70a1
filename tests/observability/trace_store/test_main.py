"""The process: flags, ports, start, end, and serving the same file again."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.observability.otlp_posts import PostedSpan, post_spans
from tests.observability.store_process import FREE_PORTS, RunningStore, running_store, start_store

TIMEOUT_S = 10.0
STOP_WITHIN_S = 2.0
POSTERS = 8


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and errors of a process that ends by itself."""
    with process:
        _, errors = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, errors


@pytest.fixture(scope="module")
def store() -> Iterator[RunningStore]:
    """A store that serves without a file of its own."""
    with running_store() as started:
        yield started


def test_a_wrong_flag_is_one_line_and_exit_code_2() -> None:
    code, errors = ended(start_store("--query-port", "99999"))

    assert code == 2
    assert errors.startswith("python -m observability.trace_store: argument --query-port: a port")
    assert len(errors.splitlines()) == 1


def test_a_file_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("my notes " * 100)

    code, errors = ended(start_store(*FREE_PORTS, "--db", str(path)))

    assert code == 2
    assert "file is not a database" in errors
    assert len(errors.splitlines()) == 1
    assert path.read_text() == "my notes " * 100


def test_a_taken_port_is_named_and_nothing_is_created(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        flags = (*FREE_PORTS, "--otlp-port", port, "--db", str(tmp_path / "traces.db"))
        code, errors = ended(start_store(*flags))

    assert code == 1
    assert f"port {port}" in errors
    assert "--otlp-port" in errors
    assert len(errors.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_signals_end_it_and_the_file_can_be_served_again(tmp_path: Path) -> None:
    # given a store with a span
    path = tmp_path / "traces.db"
    with running_store("--db", str(path)) as store:
        post_spans(store.otlp, "chat", [PostedSpan(7, 1, start_us=1)])
        before = requests.get(f"{store.query}/api/traces/7", timeout=TIMEOUT_S).json()

        # when it is terminated, then it ends well and leaves one file
        store.process.send_signal(signal.SIGTERM)
        assert store.process.wait(STOP_WITHIN_S) == 0
        assert list(tmp_path.iterdir()) == [path]

    # and another process answers the same, and ends as well when interrupted
    with running_store("--db", str(path)) as store:
        after = requests.get(f"{store.query}/api/traces/7", timeout=TIMEOUT_S).json()
        assert after == before
        store.process.send_signal(signal.SIGINT)
        assert store.process.wait(STOP_WITHIN_S) == 0


@pytest.mark.slow
def test_a_client_that_stops_reading_does_not_hold_up_the_end() -> None:
    with running_store() as store:
        # given an answer of 26 MB, more than is buffered for a client, asked for and not read
        for trace in range(1, 5):
            post_spans(
                store.otlp,
                "chat",
                [PostedSpan(trace, n, start_us=n, operation="x" * 20_000) for n in range(1, 331)],
            )
        host, port = store.query.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=TIMEOUT_S) as stalled:
            stalled.sendall(b"GET /api/traces?service=chat HTTP/1.1\r\nHost: x\r\n\r\n")
            assert stalled.recv(8) == b"HTTP/1.1"

            # when it is told to stop, then it stops
            store.process.terminate()
            assert store.process.wait(STOP_WITHIN_S) == 0


@pytest.mark.parametrize(("road", "status"), [("thrift", b"500"), ("otlp", b"400")])
def test_a_body_over_the_bound_is_refused_before_it_is_read_as_jaeger_does(
    store: RunningStore, road: str, status: bytes
) -> None:
    host, port = str(getattr(store, road)).removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT_S) as poster:
        poster.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n\r\n")
        answer = b""
        while piece := poster.recv(1024):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"http: request body too large" in answer


def test_many_posters_at_once_lose_nothing(store: RunningStore) -> None:
    def post(poster: int) -> None:
        for number in range(20):
            spans = [PostedSpan(poster * 100 + number % 7 + 1, poster * 1000 + number + 1, 1)]
            post_spans(store.otlp, f"poster-{poster}", spans)

    with ThreadPoolExecutor(POSTERS) as pool:
        list(pool.map(post, range(POSTERS)))

    counts = requests.get(f"{store.query}/health", timeout=TIMEOUT_S).json()
    assert (counts["spans"], counts["traces"]) == (POSTERS * 20, POSTERS * 7)
