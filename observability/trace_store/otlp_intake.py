"""What an OTLP exporter posts over HTTP: protobuf, or the same as JSON, as records.

A resource becomes the process of its spans, as in Jaeger; the attributes of a link are lost.
"""

import base64
from collections.abc import Iterable, Iterator

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from observability.trace_store.otlp_parts import read_json, read_protobuf
from observability.trace_store.records import (
    BadPost,
    Process,
    Reference,
    SpanRecord,
    TagValue,
    process_record,
    span_record,
    tag_list,
    to_json,
)

NANOSECONDS_PER_MICROSECOND = 1000
TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8
# Exporters keep 128 of each unless told otherwise. An empty one has two bytes, and costs 500.
MAX_LINKS_AND_EVENTS = 10_000
NO_SERVICE = "missing-service-name"  # what Jaeger puts in its place
_KINDS = {
    Span.SPAN_KIND_INTERNAL: "internal",
    Span.SPAN_KIND_SERVER: "server",
    Span.SPAN_KIND_CLIENT: "client",
    Span.SPAN_KIND_PRODUCER: "producer",
    Span.SPAN_KIND_CONSUMER: "consumer",
}
_STATUSES = {Status.STATUS_CODE_OK: "OK", Status.STATUS_CODE_ERROR: "ERROR"}


def read_otlp(body: bytes, is_json: bool) -> Iterator[SpanRecord]:
    """The spans of one post, as they are read. Raises BadPost where it is no export request."""
    for resource, scope, spans in read_json(body) if is_json else read_protobuf(body):
        process = _process(resource)
        for span in spans:
            yield _span(span, scope, process)


def _process(resource: Resource) -> Process:
    attributes = _attributes(resource.attributes)
    return process_record(str(attributes.pop("service.name", NO_SERVICE)), attributes)


def _span(span: Span, scope: InstrumentationScope, process: Process) -> SpanRecord:
    if len(span.links) + len(span.events) > MAX_LINKS_AND_EVENTS:
        raise BadPost(f"a span has more than {MAX_LINKS_AND_EVENTS} links and events")
    start_us = span.start_time_unix_nano // NANOSECONDS_PER_MICROSECOND
    duration_ns = span.end_time_unix_nano - span.start_time_unix_nano
    return span_record(
        process=process,
        trace_id=_id(span.trace_id, TRACE_ID_BYTES, "trace id"),
        span_id=_id(span.span_id, SPAN_ID_BYTES, "span id"),
        parent_id=int.from_bytes(span.parent_span_id),
        operation=span.name,
        start_us=start_us,
        duration_us=duration_ns // NANOSECONDS_PER_MICROSECOND,
        tags=_tags(span, scope),
        links=[
            Reference("FOLLOWS_FROM", int.from_bytes(link.trace_id), int.from_bytes(link.span_id))
            for link in span.links
        ],
        logs=[_log(event) for event in span.events],
    )


def _id(value: bytes, length: int, name: str) -> int:
    if len(value) != length or not any(value):
        raise BadPost(f"a span's {name} must be {length} bytes that are not all 0")
    return int.from_bytes(value)


def _tags(span: Span, scope: InstrumentationScope) -> dict[str, TagValue]:
    """The attributes, and as tags what Jaeger has no other place for."""
    tags = _attributes(span.attributes)
    fields = {
        "otel.scope.name": scope.name,
        "otel.scope.version": scope.version,
        "span.kind": _KINDS.get(span.kind, ""),
        "otel.status_code": _STATUSES.get(span.status.code, ""),
        "otel.status_description": span.status.message,
        "w3c.tracestate": span.trace_state,
    }
    tags |= {key: text for key, text in fields.items() if text}
    if span.status.code == Status.STATUS_CODE_ERROR:
        tags["error"] = True
    return tags


def _log(event: Span.Event) -> dict[str, object]:
    """An event; its name becomes the field `event`, as in Jaeger."""
    name: dict[str, TagValue] = {"event": event.name} if event.name else {}
    return {
        "timestamp": event.time_unix_nano // NANOSECONDS_PER_MICROSECOND,
        "fields": tag_list(name | _attributes(event.attributes)),
    }


def _attributes(attributes: Iterable[KeyValue]) -> dict[str, TagValue]:
    return {attribute.key: _value(attribute.value) for attribute in attributes}


def _value(value: AnyValue) -> TagValue:
    """A list or map becomes its JSON text: tags are flat."""
    if value.HasField("bytes_value"):
        return value.bytes_value
    plain = _plain(value)
    return to_json(plain) if isinstance(plain, (list, dict)) else plain


def _plain(value: AnyValue) -> str | bool | int | float | list[object] | dict[str, object]:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return value.double_value
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case "array_value":
            return [_plain(item) for item in value.array_value.values]
        case "kvlist_value":
            return {item.key: _plain(item.value) for item in value.kvlist_value.values}
    return ""
