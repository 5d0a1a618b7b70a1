"""Spans in Thrift arrive whole, and a refusal is no success."""

from operator import attrgetter
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.exporter.jaeger.thrift.gen.jaeger.ttypes import Batch
from opentelemetry.exporter.jaeger.thrift.translate import ThriftTranslator
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanKind, StatusCode
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

from observability.thrift_exporter import OwnTags, thrift_exporter
from tests.conftest import Collector

PATH = "/api/traces?format=jaeger.thrift"
TIMEOUT_S = 1

pytestmark = pytest.mark.usefixtures("connections_left_open")


def some_spans(count: int) -> list[ReadableSpan]:
    """Spans that have ended, of a service named test."""
    provider = TracerProvider(resource=Resource({SERVICE_NAME: "test"}), shutdown_on_exit=False)
    tracer = provider.get_tracer("test")
    made: list[ReadableSpan] = []
    for number in range(count):
        with tracer.start_as_current_span(f"span {number}") as span:
            span.set_attribute("number", number)
        assert isinstance(span, ReadableSpan)
        made.append(span)
    return made


def decoded(body: bytes) -> Any:
    """The batch that was posted."""
    batch: Any = Batch()  # type: ignore[no-untyped-call]
    batch.read(TBinaryProtocol(TMemoryBuffer(body)))
    return batch


def test_spans_arrive_whole(collector: Collector) -> None:
    # given an exporter that sends to a collector
    exporter = thrift_exporter(collector.url + PATH, TIMEOUT_S)
    spans = some_spans(3)

    # when spans are exported, twice
    assert exporter.export(spans[:2]) is SpanExportResult.SUCCESS
    assert exporter.export(spans[2:]) is SpanExportResult.SUCCESS
    exporter.shutdown()

    # then the collector has them with their service
    received = []
    for path, body in collector.posts:
        assert path == PATH
        batch = decoded(body)
        assert batch.process.serviceName == "test"
        received += [(span.operationName, span.spanId) for span in batch.spans]
    assert [name for name, _ in received] == ["span 0", "span 1", "span 2"]
    assert [span_id % 2**64 for _, span_id in received] == [span.context.span_id for span in spans]


def test_what_all_spans_share_is_sent_once(collector: Collector) -> None:
    # given spans of a process with tags of its own, one of which failed
    resource = Resource({SERVICE_NAME: "test", "service.version": "1.0"})
    tracer = TracerProvider(resource=resource, shutdown_on_exit=False).get_tracer("a module")
    with tracer.start_as_current_span("fails") as span:
        span.set_attribute("number", 7)
        span.set_status(StatusCode.ERROR, "why")
    assert isinstance(span, ReadableSpan)

    # when they are exported, then the batch has the process's tags, and each span its own
    thrift_exporter(collector.url + PATH, TIMEOUT_S).export([span])
    (batch,) = (decoded(body) for _, body in collector.posts)
    assert [(tag.key, tag.vStr) for tag in batch.process.tags] == [("service.version", "1.0")]
    (sent,) = batch.spans
    assert {tag.key for tag in sent.tags} == {
        "number", "span.kind", "error", "otel.status_code", "otel.status_description",
    }  # fmt: skip


def test_a_span_tells_what_it_told_with_the_original() -> None:
    # given a span of every kind of attribute, with more of everything than it may hold
    limits = SpanLimits(max_span_attributes=6, max_events=1, max_links=1)
    resource = Resource({})
    provider = TracerProvider(resource=resource, span_limits=limits, shutdown_on_exit=False)
    tracer = provider.get_tracer("")
    other = trace.Link(tracer.start_span("other").get_span_context())
    with tracer.start_as_current_span("all", kind=SpanKind.SERVER, links=[other, other]) as span:
        span.set_attribute("leaves", "the oldest")
        span.set_attributes({"text": "ü", "yes": True, "no": False, "int": -7, "float": 0.5})
        span.set_attribute("several", ("a", "b"))
        span.add_event("leaves")
        span.add_event("stays", {"text": "t", "several": [1, 2]})
        span.set_status(StatusCode.ERROR)
    assert isinstance(span, ReadableSpan)

    # when the original and ours translate it, then they tell the same but for its module
    ours, original = OwnTags()._translate_span(span), ThriftTranslator()._translate_span(span)
    module = {"otel.library.name", "otel.library.version", "otel.scope.name", "otel.scope.version"}
    original.tags = [tag for tag in original.tags if tag.key not in module]
    key = attrgetter("key")
    assert sorted(ours.tags, key=key) == sorted(original.tags, key=key)
    assert {tag.key for tag in ours.tags} >= {
        "several", "error", "otel.status_code", "otel.dropped_attributes_count",
        "otel.dropped_events_count", "otel.dropped_links_count",
    }  # fmt: skip
    ours.tags = original.tags = []
    assert ours == original


@pytest.mark.parametrize("status", [400, 404, 500, 503, 302])
def test_a_refusal_is_a_failure_and_the_next_may_succeed(collector: Collector, status: int) -> None:
    exporter = thrift_exporter(collector.url + PATH, TIMEOUT_S)
    collector.status = status
    assert exporter.export(some_spans(1)) is SpanExportResult.FAILURE
    collector.status = 202
    assert exporter.export(some_spans(1)) is SpanExportResult.SUCCESS


def test_a_collector_that_is_not_there_is_an_error(collector: Collector) -> None:
    collector.close()
    with pytest.raises(OSError, match="refused"):
        thrift_exporter(collector.url + PATH, TIMEOUT_S).export(some_spans(1))


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Thrift leaves it open
def test_a_collector_that_hangs_is_waited_for_no_longer_than_the_timeout(
    collector: Collector,
) -> None:
    collector.answering.clear()
    with pytest.raises(TimeoutError):
        thrift_exporter(collector.url + PATH, TIMEOUT_S).export(some_spans(1))


def test_without_thrift_s_c_part_the_same_bytes_are_sent(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = thrift_exporter(collector.url + PATH, TIMEOUT_S)
    spans = some_spans(3)

    exporter.export(spans)
    monkeypatch.setattr("observability.thrift_exporter.ENCODE_IN_C", None)
    exporter.export(spans)

    (_, in_c), (_, in_python) = collector.posts
    assert in_c == in_python
