"""Posts made by hand, for tests that need spans with chosen ids and times."""

from collections.abc import Iterable
from dataclasses import dataclass

import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class PostedSpan:
    """A span to post; times in microseconds."""

    trace_id: int
    span_id: int
    start_us: int
    duration_us: int = 1000
    operation: str = "work"
    parent_id: int = 0


def otlp_body(service: str, spans: Iterable[PostedSpan]) -> bytes:
    """The protobuf that an OTLP exporter would post."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    name = resource_spans.resource.attributes.add(key="service.name")
    name.value.string_value = service
    scope_spans = resource_spans.scope_spans.add()
    for span in spans:
        scope_spans.spans.add(
            trace_id=span.trace_id.to_bytes(16),
            span_id=span.span_id.to_bytes(8),
            parent_span_id=span.parent_id.to_bytes(8) if span.parent_id else b"",
            name=span.operation,
            start_time_unix_nano=span.start_us * 1000,
            end_time_unix_nano=(span.start_us + span.duration_us) * 1000,
        )
    body: bytes = request.SerializeToString()
    return body


def post_spans(otlp_url: str, service: str, spans: Iterable[PostedSpan]) -> None:
    """Post spans of one service, and expect them to be taken."""
    answer = requests.post(
        f"{otlp_url}/v1/traces",
        data=otlp_body(service, spans),
        headers={"Content-Type": "application/x-protobuf"},
        timeout=TIMEOUT_S,
    )
    answer.raise_for_status()
