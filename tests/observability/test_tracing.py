"""Spans leave in small batches, every one is counted, and no collector can hold up the server."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext
from opentelemetry.util._once import Once

from observability.tracing import MAX_LINKS, CountedExporter, Tracing, set_up_tracing
from tests.conftest import Collector

CLOSE_S = 5.0  # long enough for all that answers
SOON_MS = "20"  # between exports
DEADLINE_S = 5

SetUp = Callable[..., Tracing]

pytestmark = pytest.mark.usefixtures("connections_left_open")


@pytest.fixture
def set_up() -> Iterator[SetUp]:
    """Sets up tracing as a server does, in a process that has not done so yet."""
    started: list[Tracing] = []

    def begin(collector: Collector, kind: str = "jaeger", **more: str) -> Tracing:
        environ = {
            "OTEL_TRACES_EXPORTER": kind,
            "OTEL_EXPORTER_JAEGER_ENDPOINT": f"{collector.url}/api/traces",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": SOON_MS,
            **more,
        }
        started.append(set_up_tracing("chat", environ))
        return started[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace, "_TRACER_PROVIDER", None)
        patch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", Once())
        patch.delenv("OTEL_TRACES_SAMPLER", raising=False)
        patch.delenv("OTEL_RESOURCE_ATTRIBUTES", raising=False)
        yield begin
        for tracing in started:
            tracing.close(CLOSE_S)


def make_spans(count: int) -> None:
    """Make spans, as any module of the server does."""
    tracer = trace.get_tracer("test")
    for number in range(count):
        with tracer.start_as_current_span(f"span {number}"):
            pass


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Return as soon as another thread has made the condition true."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"within {DEADLINE_S} s: {what} did not happen"
        time.sleep(0.005)


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was said of a collector that takes no spans."""
    return [message for message in caplog.messages if "no spans arrive at" in message]


@pytest.mark.parametrize(
    ("kind", "path"), [("jaeger", "/api/traces"), ("otlp", "/v1/traces"), (None, "/api/traces")]
)
def test_all_spans_arrive(
    collector: Collector, set_up: SetUp, kind: str | None, path: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    tracing = set_up(collector, kind or "jaeger")
    make_spans(100)
    assert tracing.close(CLOSE_S) == 0
    assert (tracing.made, tracing.dropped()) == (100, 0)
    assert {each for each, _ in collector.posts} == {path}
    assert len(collector.posts) >= 100 / 64  # small batches
    assert caplog.messages == []


def test_spans_bear_the_name_of_the_service(collector: Collector, set_up: SetUp) -> None:
    set_up(collector, "otlp", OTEL_SERVICE_NAME="my-chat")
    make_spans(3)
    wait_until(lambda: collector.posts, "the first export")
    request = ExportTraceServiceRequest.FromString(collector.posts[0][1])
    (resource,) = request.resource_spans
    attributes = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert attributes["service.name"] == "my-chat"


def test_the_service_is_the_package_unless_another_is_named(
    collector: Collector, set_up: SetUp
) -> None:
    set_up(collector, "otlp")
    make_spans(1)
    wait_until(lambda: collector.posts, "the first export")
    assert b"my-chat" not in collector.posts[0][1]
    assert b"service.name\x12\x06\n\x04chat" in collector.posts[0][1]


def test_an_endpoint_for_traces_wins(collector: Collector, set_up: SetUp) -> None:
    endpoint = f"{collector.url}/elsewhere"
    tracing = set_up(collector, "otlp", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=endpoint)
    make_spans(1)
    tracing.close(CLOSE_S)
    assert [path for path, _ in collector.posts] == ["/elsewhere"]


def test_it_knows_where_people_look_at_traces(collector: Collector, set_up: SetUp) -> None:
    assert set_up(collector).query_url == "http://127.0.0.1:16686"
    elsewhere = "https://traces.example/jaeger"
    assert set_up(collector, JAEGER_QUERY_URL=elsewhere).query_url == elsewhere
    assert set_up_tracing("chat", {"OTEL_TRACES_EXPORTER": "none"}).query_url is None


def test_an_address_without_a_scheme_is_named() -> None:
    with pytest.raises(ValueError, match="must begin with http:// or https://, not 'localhost:1'"):
        set_up_tracing("chat", {"JAEGER_QUERY_URL": "localhost:1"})


def test_a_batch_keeps_the_links_to_all_its_messages(collector: Collector, set_up: SetUp) -> None:
    set_up(collector)
    links = [Link(SpanContext(n + 1, n + 1, is_remote=False)) for n in range(MAX_LINKS)]
    with trace.get_tracer("test").start_as_current_span("batch", links=links) as span:
        assert len(span.links) == MAX_LINKS  # type: ignore[attr-defined]


def test_none_makes_no_spans_and_asks_nobody(collector: Collector, set_up: SetUp) -> None:
    tracing = set_up(collector, "none")
    make_spans(5)
    assert tracing.close(CLOSE_S) == 0
    assert (tracing.made, tracing.dropped()) == (0, 0)
    assert collector.posts == []
    assert not trace.get_tracer("test").start_span("x").is_recording()


@pytest.mark.parametrize("kind", ["zipkin", "", "Jaeger", "jaeger,otlp"])
def test_an_unknown_exporter_is_named(collector: Collector, set_up: SetUp, kind: str) -> None:
    with pytest.raises(ValueError, match=f"must be one of jaeger, otlp, none, not '{kind}'"):
        set_up(collector, kind)


@pytest.mark.parametrize("kind", ["jaeger", "otlp"])
def test_a_collector_that_refuses_is_told_of_once_and_counted(
    collector: Collector, set_up: SetUp, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    # given a collector that refuses what it gets
    collector.status = 400
    tracing = set_up(collector, kind)

    # when spans are made again and again
    for total in (10, 20, 30):
        make_spans(10)
        wait_until(lambda total=total: tracing.dropped() == total, f"{total} spans dropped")  # type: ignore[misc]

    # then one line says so, and what to do
    assert tracing.close(CLOSE_S) == 30
    (line,) = warnings_in(caplog)
    assert collector.url in line
    assert "make traces" in line
    assert caplog.messages[-1] == "30 of 30 spans were dropped"


def test_a_collector_that_is_not_there_is_told_of_once_and_counted(
    collector: Collector, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    collector.close()
    tracing = set_up(collector)
    for total in (10, 20):
        make_spans(10)
        wait_until(lambda total=total: tracing.dropped() == total, f"{total} spans dropped")  # type: ignore[misc]
    assert tracing.close(CLOSE_S) == 20
    (line,) = warnings_in(caplog)
    assert "refused" in line


def test_a_collector_that_comes_back_is_told_of(
    collector: Collector, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    collector.status = 503
    tracing = set_up(collector)
    make_spans(5)
    wait_until(lambda: tracing.dropped() == 5, "5 spans dropped")
    collector.status = 200
    make_spans(7)
    assert tracing.close(CLOSE_S) == 5
    assert f"spans arrive again at {collector.url}/api/traces" in caplog.messages
    assert (tracing.made, tracing.dropped()) == (12, 5)


@pytest.mark.parametrize("kind", ["jaeger", "otlp"])
def test_a_collector_that_hangs_does_not_hold_up_the_end(
    collector: Collector, set_up: SetUp, kind: str
) -> None:
    # given a collector that takes what it is sent and does not answer
    threads = threading.active_count()
    collector.answering.clear()
    tracing = set_up(collector, kind)
    make_spans(50)

    # when tracing ends, then it waits for as long as it may and no longer
    started = time.monotonic()
    assert tracing.close(0.2) == 50
    assert time.monotonic() - started < 1

    # and once the collector answers, nothing of it is left
    collector.answering.set()
    wait_until(lambda: threading.active_count() <= threads, "the end of all threads")


def test_spans_that_find_no_room_are_counted_at_once(collector: Collector, set_up: SetUp) -> None:
    # given a short queue, and a collector that hangs
    limits = {"OTEL_BSP_MAX_QUEUE_SIZE": "20", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "10"}
    collector.answering.clear()
    tracing = set_up(collector, **limits)
    make_spans(100)
    wait_until(lambda: collector.posts, "the first export")
    dropped = tracing.dropped()
    assert dropped >= 100 - 20 - 10  # all but those in the queue and in the hanging export

    # when it goes on, then those that found room have arrived, and the others are counted
    collector.answering.set()
    missing = tracing.close(CLOSE_S)
    assert missing == tracing.dropped() == dropped < 100
    assert tracing.made == 100


def test_a_failing_exporter_never_raises() -> None:
    class Broken(InMemorySpanExporter):
        def export(self, spans: object) -> SpanExportResult:
            raise RuntimeError("of any kind")

    exporter = CountedExporter(Broken(), "nowhere")
    assert exporter.export([]) is SpanExportResult.FAILURE


@pytest.mark.parametrize("value", ["many", "0", "-1", ""])
def test_a_wrong_limit_is_named(value: str) -> None:
    with pytest.raises(ValueError, match="OTEL_BSP_MAX_QUEUE_SIZE must be a whole number"):
        set_up_tracing("chat", {"OTEL_BSP_MAX_QUEUE_SIZE": value})
