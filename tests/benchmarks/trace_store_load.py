"""Spans for a trace store at a steady rate, made and posted as our servers make and post them.

The exporters are the servers' own, so a store that refuses spans or loses them is found out: what
it has in the end is compared with what was posted.
"""

import time
from collections.abc import Callable, Iterator

import psutil
import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from observability.names import (
    CREATE_MESSAGE,
    FILE_BYTES,
    FILE_NAME,
    FILE_READ,
    FILE_WRITE,
    FSYNC_MS,
    JSON_MS,
    MESSAGE_ID,
    QUEUE_WAIT_MS,
    ROOM_ID,
    SEND_MESSAGE,
)
from observability.thrift_exporter import thrift_exporter
from observability.trace_store.store import BYTES_PER_MEGABYTE
from observability.tracing import EXPORT_BATCH_SPANS
from tests.benchmarks.trace_store_checks import Check, times_check
from tests.observability.store_process import RunningStore, running_store

MOST_OF_A_CORE = 0.5
MOST_MEGABYTES = 200
MOST_SEARCH_MS = 300
MOST_LATE_S = 1.0  # at the end: a store that cannot keep up makes its posters wait
SEARCH_EVERY_S = 1.0
TIMEOUT_S = 30
SERVICE = "challenge"
MICROSECONDS_PER_SECOND = 1_000_000


def _otlp(store: RunningStore) -> SpanExporter:
    return OTLPSpanExporter(f"{store.otlp}/v1/traces", timeout=TIMEOUT_S)


def _thrift(store: RunningStore) -> SpanExporter:
    return thrift_exporter(f"{store.thrift}/api/traces?format=jaeger.thrift", TIMEOUT_S)


ROADS: dict[str, Callable[[RunningStore], SpanExporter]] = {"Thrift": _thrift, "OTLP": _otlp}


class Ended(SpanProcessor):
    """Keeps the spans that have ended."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        """Keep a span."""
        self.spans.append(span)


def batches() -> Iterator[list[ReadableSpan]]:
    """Batches of EXPORT_BATCH_SPANS, of the challenge's traces: one for each message."""
    resource = Resource.create({SERVICE_NAME: SERVICE})
    provider = TracerProvider(resource=resource, sampler=ALWAYS_ON)
    ended = Ended()
    provider.add_span_processor(ended)
    tracer = provider.get_tracer("challenge.storage")
    message = 0
    while True:
        message += 1
        with tracer.start_as_current_span(SEND_MESSAGE) as root:
            root.set_attributes({ROOM_ID: f"room-{message % 40}", MESSAGE_ID: f"{message:016x}"})
            with tracer.start_as_current_span(CREATE_MESSAGE) as create:
                create.set_attribute(QUEUE_WAIT_MS, 12.5)
                for name in (FILE_READ, FILE_WRITE):
                    with tracer.start_as_current_span(name) as file:
                        file.set_attributes({FILE_NAME: "messages_1.json", FILE_BYTES: 1_130_200})
                        file.set_attributes({JSON_MS: 5.4356, FSYNC_MS: 1.0371})
        if len(ended.spans) >= EXPORT_BATCH_SPANS:
            yield ended.spans
            ended.spans = []


def post_for(road: str, seconds: int, spans_per_s: int) -> list[Check]:
    """Post so many spans a second to a new store, search meanwhile, and look what it took."""
    number = max(1, seconds * spans_per_s // EXPORT_BATCH_SPANS)
    posted = number * EXPORT_BATCH_SPANS
    searches_ms: list[float] = []
    peak_bytes = 0
    with running_store() as store:
        process = psutil.Process(store.process.pid)
        exporter = ROADS[road](store)
        cpu_before_s = sum(process.cpu_times()[:2])
        started_s = time.perf_counter()
        for turn, batch in zip(range(number), batches(), strict=False):
            time.sleep(max(0.0, started_s + turn * seconds / number - time.perf_counter()))
            exporter.export(batch)
            peak_bytes = max(peak_bytes, process.memory_info().rss)
            if time.perf_counter() - started_s > len(searches_ms) * SEARCH_EVERY_S:
                searches_ms.append(search_ms(store))
        elapsed_s = time.perf_counter() - started_s
        cpu_s = sum(process.cpu_times()[:2]) - cpu_before_s
        exporter.shutdown()
        kept = requests.get(f"{store.query}/health", timeout=TIMEOUT_S).json()["spans"]
    cost = f"{cpu_s / posted * MICROSECONDS_PER_SECOND:.0f} us a span"
    return [
        Check(f"{road}: processor", cpu_s / elapsed_s, MOST_OF_A_CORE, "cores", cost),
        Check(f"{road}: memory", peak_bytes / BYTES_PER_MEGABYTE, MOST_MEGABYTES, "MB"),
        Check(f"{road}: late at the end", max(0.0, elapsed_s - seconds), MOST_LATE_S, "s"),
        Check(f"{road}: spans missing", posted - kept, 0, "spans", f"of {posted:,}"),
        times_check(f"{road}: search meanwhile", searches_ms, MOST_SEARCH_MS),
    ]


def search_ms(store: RunningStore) -> float:
    """How long the page's first search takes, in milliseconds."""
    asked = {"service": SERVICE, "operation": FILE_WRITE, "limit": "20"}
    started_s = time.perf_counter()
    answer = requests.get(f"{store.query}/api/traces", asked, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return (time.perf_counter() - started_s) * 1000
