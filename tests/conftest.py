"""What unit tests share: the parts of a server around a folder of their own, a disk that fails on
request, spans kept in memory, and a collector that listens. All real; nothing leaves the machine.
"""

import errno
import gc
import os
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import eventlet
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from challenge import files
from challenge.backlog import Backlog
from challenge.models import Message
from challenge.storage import JsonFiles
from observability.metrics import ChatMetrics

WAIT_S = 5
POLL_S = 0.002
FOR_EVER = 1_000_000


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Let other greenlets run until the condition holds; fail, saying what did not happen."""
    with eventlet.Timeout(WAIT_S, AssertionError(f"within {WAIT_S} s: {what} did not happen")):
        while not condition():
            eventlet.sleep(POLL_S)


def a_message(number: int, content: str | None = None, room_id: str = "room") -> Message:
    """A message; those with larger numbers have larger ids."""
    text = f"number {number}" if content is None else content
    return Message(id=f"{number:016x}", room_id=room_id, sender="minji", content=text)


class Disk:
    """The calls of ``challenge.files``: they do what they always do, noted, or fail on request.

    Most run in another thread than the test, so nothing here is more than a note or a flag.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, str]] = []  # (call, file name)
        self.moving = threading.Event()  # cleared, a write hangs until it is set
        self.moving.set()
        self._failures: Counter[str] = Counter()
        for call in ("read", "write_and_sync", "replace", "sync_folder"):
            patch.setattr(files, call, self._watched(call, getattr(files, call)))

    def fail(self, call: str, times: int = FOR_EVER) -> None:
        """Let the next `times` calls fail, as a full disk would."""
        self._failures[call] = times

    def recover(self) -> None:
        """Let nothing fail any more."""
        self._failures.clear()

    @property
    def reads(self) -> list[str]:
        """The names of the files that were read, in order."""
        return [name for call, name in self.calls if call == "read"]

    @property
    def writes(self) -> list[str]:
        """The names of the files that were written, or would have been, in order."""
        temporary = [name for call, name in self.calls if call == "write_and_sync"]
        return [name.removesuffix(files.TEMPORARY) for name in temporary]

    def _watched(self, call: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(path: Path, *rest: Any) -> Any:
            fails = self._failures[call] > 0
            self._failures[call] -= fails
            self.calls.append((call, path.name))
            if call == "write_and_sync":
                self.moving.wait(WAIT_S)
            if fails:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(path, *rest)

        return watched


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk under the data folder."""
    return Disk(monkeypatch)


@pytest.fixture
def metrics() -> Iterator[ChatMetrics]:
    """The books of one server; they leave the process-wide registry at the end."""
    books = ChatMetrics()
    yield books
    books.close()


@pytest.fixture
def backlog(metrics: ChatMetrics) -> Backlog:
    """A backlog that a test has to try hard to fill."""
    return Backlog(max_messages=1_000, max_bytes=10_000_000, metrics=metrics)


@pytest.fixture
def json_files(tmp_path: Path, metrics: ChatMetrics) -> JsonFiles:
    """The files of an empty data folder."""
    return JsonFiles(tmp_path, metrics)


@pytest.fixture(scope="session")
def remembered_spans() -> InMemorySpanExporter:
    """All spans of this process. The modules' tracers keep the first provider they meet: this."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(remembered_spans: InMemorySpanExporter) -> InMemorySpanExporter:
    """The spans that a test makes."""
    remembered_spans.clear()
    return remembered_spans


class Collector:
    """A collector of spans on a free port: it keeps what it is sent, and answers as it is told."""

    def __init__(self) -> None:
        self.status = 200
        self.posts: list[tuple[str, bytes]] = []  # (path, body)
        self.answering = threading.Event()  # cleared, the collector hangs
        self.answering.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        # It looks for the end of its work this often, in seconds.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """Answer whoever still waits, and stop listening."""
        self.answering.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.posts.append((self.path, body))
                collector.answering.wait(WAIT_S)
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Keep quiet."""

        return Handler


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that listens."""
    running = Collector()
    yield running
    running.close()


@pytest.fixture(scope="module")
def connections_left_open() -> Iterator[None]:
    """For tests that end while Thrift's client, which never closes its last connection, has one.

    They are collected at the end of the file, without a warning.
    """
    gc.disable()
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    gc.enable()
