"""Read traces from Jaeger, or from the trace store that stands in for it.

Jaeger has no paging: a search gives at most `limit` traces, and which ones is its own affair. So a
page counts only if it is not full, and a full one is asked for again in a narrower window.

Times are microseconds since 1970, as in Jaeger.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NoReturn, Self
from urllib.parse import quote

import requests

from observability.jaeger_json import read_trace
from observability.spans import Span

# About 4 MB of JSON for the challenge's traces.
PAGE_TRACES = 1000
# Jaeger's own bound in memory, and the trace store's by default.
LARGEST_LIMIT = 100_000
CONNECT_TIMEOUT_S = 5.0
# A full store searched for a rare tag takes seconds, not minutes.
READ_TIMEOUT_S = 120.0
# Jaeger shows what was posted after up to a second.
WAIT_S = 10.0
POLL_INTERVAL_S = 0.1


class JaegerError(Exception):
    """Raised when Jaeger cannot be read; the text says what was wrong and what to do."""


class NoJaeger(JaegerError):
    """Raised when nothing answers at the address, or something that is not Jaeger."""


class TraceNotFound(JaegerError):
    """Raised when there is no trace with the id that was asked for."""


class LimitRefused(JaegerError):
    """Raised when a search asks for more traces than Jaeger holds at most."""


class JaegerClient:
    """Reads the query API at `query_url`, for example http://127.0.0.1:16686.

    Use it as a context manager, or call `close`. Not for several threads at once.
    """

    def __init__(self, query_url: str, *, page_traces: int = PAGE_TRACES) -> None:
        self._url = query_url.rstrip("/")
        self._page_traces = page_traces
        self._session = requests.Session()
        # Jaeger is near; a proxy that is set for the web would not find it.
        self._session.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def services(self) -> list[str]:
        """The names of all services that sent spans."""
        return sorted(self._get("/api/services") or [])

    def operations(self, service: str) -> list[str]:
        """The names of a service's operations; none for a service that is not known."""
        found = self._get("/api/operations", service=service)
        return sorted({operation["name"] for operation in found})

    def trace(self, trace_id: str) -> list[Span]:
        """The spans of one trace. Raises TraceNotFound."""
        (trace,) = self._get(f"/api/traces/{quote(trace_id, safe='')}")
        return self._read(trace)

    def traces(
        self, service: str, start_us: int, end_us: int, operation: str = ""
    ) -> Iterator[list[Span]]:
        """Every trace in which a span of `service` starts from `start_us` to `end_us`, both
        included; only those with such a span of `operation`, if given.

        Each comes once and whole, with its spans outside the window and of other services, roughly
        oldest first. They are read page by page while the caller goes on.
        """
        seen: set[str] = set()
        at, width = start_us, end_us - start_us + 1
        while at <= end_us:
            last = min(at + width - 1, end_us)
            page = self._page(service, at, last, operation)
            if page is None:
                width = (last - at + 1) // 2
                continue
            for trace in map(self._read, page):
                starts = [
                    span.start_us
                    for span in trace
                    if span.service == service and operation in ("", span.operation)
                ]
                wanted = any(start_us <= start <= end_us for start in starts)
                # A trace with spans in two windows is found in both.
                if wanted and trace[0].trace_id not in seen:
                    seen.add(trace[0].trace_id)
                    yield trace
            at = last + 1
            if 2 * len(page) < self._page_traces:
                width *= 2

    def spans(
        self, service: str, start_us: int, end_us: int, operation: str = ""
    ) -> Iterator[Span]:
        """The spans of `service` in those traces, one after the other."""
        for trace in self.traces(service, start_us, end_us, operation):
            yield from (span for span in trace if span.service == service)

    def wait_for_traces(
        self, service: str, start_us: int, end_us: int, at_least: int = 1, wait_s: float = WAIT_S
    ) -> None:
        """Return once that many traces can be read. Raises JaegerError if they do not come."""
        deadline = time.monotonic() + wait_s
        while True:
            found = len(self._search(service, start_us, end_us, "", limit=at_least))
            if found >= at_least:
                return
            if time.monotonic() > deadline:
                raise JaegerError(
                    f"{found} of {at_least} traces of {service} came to {self._url} in {wait_s} s"
                )
            time.sleep(POLL_INTERVAL_S)

    def _page(self, service: str, start_us: int, end_us: int, operation: str) -> list[Any] | None:
        """All traces of a window, or None where it must be narrowed to get them all.

        Jaeger compares nanoseconds. What started half a microsecond after `end_us` belongs to it,
        so a microsecond more is asked for; what then is too much, the caller finds out.
        """
        window = (service, start_us, end_us + 1, operation)
        try:
            page = self._search(*window, limit=self._page_traces)
        except LimitRefused:
            if self._page_traces == 1:
                raise
            # This Jaeger holds fewer traces than we ask for at once.
            self._page_traces //= 2
            return self._page(service, start_us, end_us, operation)
        if len(page) < self._page_traces:
            return page
        if start_us < end_us:
            return None
        with suppress(LimitRefused):
            page = self._search(*window, limit=LARGEST_LIMIT)
            if len(page) < LARGEST_LIMIT:
                return page
        raise JaegerError(
            f"{len(page)} or more traces of {service} start in the microsecond {start_us}, and "
            f"{self._url} gives no more at once: they cannot be read whole"
        )

    def _search(
        self, service: str, start_us: int, end_us: int, operation: str, limit: int
    ) -> list[Any]:
        found: list[Any] = self._get(
            "/api/traces",
            service=service,
            start=start_us,
            end=end_us,
            limit=limit,
            **({"operation": operation} if operation else {}),
        )
        return found

    def _read(self, trace: Any) -> list[Span]:
        try:
            return read_trace(trace)
        except (KeyError, TypeError, ValueError) as error:
            raise NoJaeger(
                f"{self._url} gave a trace that is not like Jaeger's: {error!r}"
            ) from error

    def _get(self, path: str, **parameters: str | int) -> Any:
        """The `data` of an answer."""
        try:
            answer = self._session.get(
                self._url + path, params=parameters, timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
            )
        except requests.RequestException as error:
            raise NoJaeger(
                f"nothing answers at {self._url} ({_reason(error)}): "
                "start Jaeger or the trace store, or name the right address"
            ) from error
        body = self._body(answer)
        if answer.ok:
            return body["data"]
        _raise_error(answer, body)

    def _body(self, answer: requests.Response) -> dict[str, Any]:
        """The JSON of an answer. Jaeger labels errors as plain text, so we look, not trust."""
        try:
            body = answer.json()
        except ValueError:
            body = None
        if isinstance(body, dict) and "data" in body:
            return body
        kind = answer.headers.get("Content-Type", "no type")
        raise NoJaeger(
            f"{answer.url} answered {answer.status_code} with {kind}, not with Jaeger's JSON: "
            f"is {self._url} the address of a Jaeger's query port?"
        )


def _raise_error(answer: requests.Response, body: dict[str, Any]) -> NoReturn:
    """Raise what the status of `answer` means, with Jaeger's own words."""
    words = "; ".join(error["msg"] for error in body.get("errors") or ())
    text = f"{answer.url} answered {answer.status_code}: {words}"
    if answer.status_code == requests.codes.not_found:
        raise TraceNotFound(text)
    if "search depth" in words:
        raise LimitRefused(text)
    raise JaegerError(text)


def _reason(error: requests.RequestException) -> str:
    """The innermost cause: requests wraps a refused connection three times."""
    cause: BaseException = error
    while cause.__context__ is not None:
        cause = cause.__context__
    return str(cause)
