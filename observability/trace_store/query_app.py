"""The address that answers: Jaeger's query API, /health, /metrics, and a page for whoever looks.

Errors are JSON too but are labelled as plain text, and an unknown path is a page with status 200:
both are Jaeger's way, and a client that copes with it copes with both.
"""

import dataclasses
import mimetypes
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.datastructures import MultiDict

from observability.trace_store import query
from observability.trace_store.parameters import (
    EARLIEST_US,
    LATEST_US,
    BadParameter,
    read_trace_id,
    read_trace_query,
    time_parameter,
)
from observability.trace_store.records import to_json, trace_id_text
from observability.trace_store.store import Store
from observability.trace_store.store_metrics import metrics_text

MICROSECONDS_PER_MILLISECOND = 1000
TRACES_SENT_AT_ONCE = 50
DAY_MS = 24 * 60 * 60 * 1000
PAGE = Path(__file__).parent / "page"
PARTS = {path.name for path in PAGE.iterdir()}


class NotAnswered(Exception):
    """Raised to answer a query with an error: the status, and what Jaeger says."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def create_query_app(store: Store) -> Flask:
    """The query API over `store`."""
    app = Flask(__name__, static_folder=None)
    app.register_error_handler(BadParameter, lambda error: _error(400, str(error)))
    app.register_error_handler(NotAnswered, lambda error: _error(error.status, str(error)))
    answers = QueryAnswers(store)
    for rule, view in (
        ("/api/services", answers.services),
        ("/api/services/<path:service>/operations", answers.operation_names),
        ("/api/operations", answers.operations),
        ("/api/traces", answers.search),
        ("/api/traces/<trace_id>", answers.trace),
        ("/api/dependencies", answers.dependencies),
        ("/health", answers.health),
        ("/metrics", answers.metrics),
        ("/page/<name>", page_file),
        ("/", index),
        ("/<path:path>", index),
    ):
        app.add_url_rule(rule, view_func=view)
    return app


class QueryAnswers:
    """One method for each address."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def services(self) -> Response:
        """The names of all services."""
        with self._store.reading() as db:
            names = query.services(db)
        return _answer(names or None, total=len(names))

    def operation_names(self, service: str) -> Response:
        """The names of a service's operations."""
        with self._store.reading() as db:
            names = sorted({name for name, _ in query.operations(db, service)})
        return _answer(names or None, total=len(names))

    def operations(self) -> Response:
        """A service's operations with their span kinds."""
        service = request.args.get("service")
        if not service:
            raise NotAnswered(400, "parameter 'service' is required")
        wanted = request.args.get("spanKind", "")
        with self._store.reading() as db:
            found = query.operations(db, service)
        data = [{"name": name, "spanKind": kind} for name, kind in found if wanted in ("", kind)]
        return _answer(data, total=len(data))

    def search(self) -> Response:
        """The traces that fit, or those asked for by id."""
        if request.args.getlist("traceID"):
            return _traces_by_id(self._store, request.args)
        return _search(self._store, request.args)

    def trace(self, trace_id: str) -> Response:
        """One trace."""
        wanted = trace_id_text(read_trace_id(trace_id))
        with self._store.reading() as db:
            number = query.trace_number(db, wanted)
        if number is None:
            raise NotAnswered(404, "trace not found")
        return _stream(self._store, [number])

    def dependencies(self) -> Response:
        """Which service calls which, and how often."""
        now_ms = time.time_ns() // 1_000_000
        end_ms = time_parameter(request.args, "endTs", now_ms)
        start_ms = end_ms - time_parameter(request.args, "lookback", DAY_MS)
        return _dependencies(self._store, start_ms, end_ms)

    def health(self) -> Response:
        """How much the store holds, and has dropped; Jaeger has no such address here."""
        counts = {"status": "ok", **dataclasses.asdict(self._store.counts())}
        return Response(to_json(counts), content_type="application/json")

    def metrics(self) -> Response:
        """The same for Prometheus."""
        return Response(metrics_text(self._store.counts()), content_type=CONTENT_TYPE_LATEST)


def page_file(name: str) -> Response:
    """A part of the page; one that is not there is answered as any unknown path."""
    kind, _ = mimetypes.guess_type(name)
    return Response((PAGE / name).read_bytes(), content_type=kind) if name in PARTS else index()


def index(path: str = "") -> Response:
    """The page, at any other address: it finds in the address what it is to show."""
    return Response((PAGE / "index.html").read_bytes(), content_type="text/html; charset=utf-8")


def _search(store: Store, args: MultiDict[str, str]) -> Response:
    wanted = read_trace_query(args, dict(args.lists()))
    if not 0 < wanted.limit <= store.max_traces:
        raise NotAnswered(500, "search depth must be greater than 0 and less than max traces")
    with store.reading() as db:
        numbers = query.find_traces(db, wanted)
    return _stream(store, numbers)


def _traces_by_id(store: Store, args: MultiDict[str, str]) -> Response:
    """The traces asked for by id; one that is not there is an entry in `errors`."""
    numbers, errors = [], []
    for text in args.getlist("traceID"):
        try:
            wanted = trace_id_text(read_trace_id(text))
        except BadParameter as error:
            raise BadParameter(f"cannot parse traceID param: {error}") from error
        with store.reading() as db:
            number = query.trace_number(db, wanted)
        if number is None:
            errors.append({"msg": "trace not found", "traceID": wanted})
        else:
            numbers.append(number)
    return _stream(store, numbers, errors)


def _dependencies(store: Store, start_ms: int, end_ms: int) -> Response:
    with store.reading() as db:
        calls = query.dependencies(db, _microseconds(start_ms), _microseconds(end_ms))
    return _answer(
        [{"parent": parent, "child": child, "callCount": n} for parent, child, n in calls]
    )


def _microseconds(milliseconds: int) -> int:
    """Bounded to what SQLite can hold: any integer may be asked for."""
    return max(EARLIEST_US, min(LATEST_US, milliseconds * MICROSECONDS_PER_MILLISECOND))


def _answer(data: object, total: int = 0) -> Response:
    body = {"data": data, "total": total, "limit": 0, "offset": 0, "errors": None}
    return Response(to_json(body), content_type="application/json")


def _error(status: int, text: str) -> Response:
    errors = [{"code": status, "msg": text}]
    body = {"data": None, "total": 0, "limit": 0, "offset": 0, "errors": errors}
    return Response(f"{to_json(body)}\n", status, content_type="text/plain; charset=utf-8")


def _stream(
    store: Store, numbers: list[int], errors: Iterable[dict[str, str]] | None = None
) -> Response:
    """The traces with these numbers, read while they are sent.

    Some are gathered before they are sent: one by one, 20,000 took half as long again.
    """

    def parts() -> Iterator[str]:
        gathered = ['{"data":[']
        with store.reading() as db:
            for position, text in enumerate(query.trace_texts(db, numbers)):
                if position % TRACES_SENT_AT_ONCE == 0:
                    yield "".join(gathered)
                    gathered.clear()
                gathered.append(f",{text}" if position else text)
        gathered.append(f'],"total":0,"limit":0,"offset":0,"errors":{to_json(errors or None)}}}')
        yield "".join(gathered)

    return Response(parts(), content_type="application/json")
