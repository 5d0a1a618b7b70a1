"""A file of very many spans, written without a network, and searches in it over HTTP."""

import random
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice
from pathlib import Path

import requests

from observability.names import CREATE_MESSAGE, FILE_READ, FILE_WRITE, SEND_MESSAGE
from observability.trace_store.records import (
    SpanRecord,
    TagValue,
    process_record,
    span_record,
)
from observability.trace_store.store import Store
from tests.benchmarks.trace_store_checks import Check, times_check
from tests.observability.store_process import running_store

OPERATIONS = (SEND_MESSAGE, CREATE_MESSAGE, FILE_READ, FILE_WRITE)
SERVICES = ("challenge", "solution")
ROOMS = 40
# One trace in so many has an error, of the solution only: the challenge has none to be found.
ERROR_EVERY = 5_000
FIRST_US = 1_790_000_000_000_000
BETWEEN_US = 6_667  # 150 messages/s
MEAN_US = 10_000
POST_SPANS = 2_000
MORE_THAN_ENOUGH = str(10**9)  # traces or megabytes
SEED = 1

TIMES = 20
MOST_SEARCH_MS = 300
MOST_TRACE_MS = 20
TIMEOUT_S = 30
# Beside the service. Where there is none to be found, all traces have to be looked at.
SEARCHES: dict[str, dict[str, str]] = {
    "service": {},
    "operation": {"operation": FILE_WRITE},
    "50 ms": {"operation": FILE_WRITE, "minDuration": "50ms"},
    "10 s (none)": {"operation": FILE_WRITE, "minDuration": "10s"},
    "50 ms and a tag": {
        "operation": FILE_WRITE,
        "minDuration": "50ms",
        "tags": '{"room.id":"room-8"}',
    },
    "errors (none)": {"tags": '{"error":"true"}'},
}


def traces() -> Iterator[list[SpanRecord]]:
    """Traces without end, of four spans each, of two services by turns; the same every time."""
    rolled = random.Random(SEED)
    processes = [process_record(service, {}) for service in SERVICES]
    for number in count():
        trace_id = rolled.getrandbits(128)
        span_ids = [rolled.getrandbits(64) for _ in OPERATIONS]
        tags: dict[str, TagValue] = {
            "service.name": SERVICES[number % 2],
            "telemetry.sdk.name": "opentelemetry",
            "telemetry.sdk.language": "python",
            "otel.scope.name": "challenge.storage",
            "span.kind": "internal",
            "room.id": f"room-{number % ROOMS}",
            "json.ms": rolled.random(),
        }
        if number % ERROR_EVERY == 1:
            tags["error"] = True
        yield [
            span_record(
                process=processes[number % 2],
                trace_id=trace_id,
                span_id=span_id,
                parent_id=span_ids[0] if place else 0,
                operation=operation,
                start_us=FIRST_US + number * BETWEEN_US + place,
                duration_us=round(rolled.expovariate(1 / MEAN_US)),
                tags=tags,
                links=[],
                logs=[],
            )
            for place, (operation, span_id) in enumerate(zip(OPERATIONS, span_ids, strict=True))
        ]


def write_file(path: Path, spans: int) -> None:
    """Fill a store's file with so many spans, or up to three more."""
    everything = islice(traces(), -(-spans // len(OPERATIONS)))
    with closing(Store(path, int(MORE_THAN_ENOUGH), int(MORE_THAN_ENOUGH))) as store:
        while some := [span for trace in islice(everything, POST_SPANS // 4) for span in trace]:
            store.add(some)


def ask(path: Path) -> list[Check]:
    """Serve the file, and ask for traces as people do, each question TIMES times."""
    bounds = ("--max-traces", MORE_THAN_ENOUGH, "--max-megabytes", MORE_THAN_ENOUGH)
    with running_store("--db", str(path), *bounds) as store, requests.Session() as session:

        def times_ms(address: str, asked: dict[str, str]) -> Iterator[float]:
            for _ in range(TIMES):
                started_s = time.perf_counter()
                session.get(f"{store.query}{address}", params=asked, timeout=TIMEOUT_S)
                yield (time.perf_counter() - started_s) * 1000

        checks = []
        for what, asked in SEARCHES.items():
            query = {"service": SERVICES[0], "limit": "20", **asked}
            taken_ms = list(times_ms("/api/traces", query))
            checks.append(times_check(f"Search: {what}", taken_ms, MOST_SEARCH_MS))
        first = next(traces())[0].trace_id
        taken_ms = list(times_ms(f"/api/traces/{first}", {}))
        return [*checks, times_check("One trace", taken_ms, MOST_TRACE_MS)]
