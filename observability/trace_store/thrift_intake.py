"""What opentelemetry-exporter-jaeger posts: a `jaeger.thrift` batch in the binary protocol.

The exporter's own generated classes read it. Their price is about 50 us a span, because the C
reader of the thrift package refuses classes that are this old; OTLP costs a fraction of it.
"""

from typing import Any, cast

from opentelemetry.exporter.jaeger.thrift.gen.jaeger import ttypes
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TException
from thrift.transport.TTransport import TMemoryBuffer

from observability.trace_store.records import (
    BadPost,
    Process,
    Reference,
    SpanRecord,
    TagValue,
    process_record,
    span_record,
    tag_list,
)

UNSIGNED_64 = 2**64 - 1
NO_SERVICE = "missing-service-name"  # what Jaeger puts in its place
THRIFT_TYPES = frozenset({0, 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16})

_FIELD_OF_TYPE = {
    ttypes.TagType.STRING: "vStr",
    ttypes.TagType.DOUBLE: "vDouble",
    ttypes.TagType.BOOL: "vBool",
    ttypes.TagType.LONG: "vLong",
    ttypes.TagType.BINARY: "vBinary",
}
_REFERENCE_KIND = {
    ttypes.SpanRefType.CHILD_OF: "CHILD_OF",
    ttypes.SpanRefType.FOLLOWS_FROM: "FOLLOWS_FROM",
}


def read_thrift(body: bytes) -> list[SpanRecord]:
    """The spans of one post. Raises BadPost when `body` is no batch."""
    batch = _decode(body)
    try:
        process = process_record(batch.process.serviceName or NO_SERVICE, _tags(batch.process.tags))
        return [_span(span, process) for span in batch.spans]
    except (KeyError, TypeError) as error:
        raise BadPost(f"a field is missing or of a wrong type: {error}") from error


def _decode(body: bytes) -> ttypes.Batch:
    # A length that was read is asked for at once: bounded, a few bytes cannot ask for gigabytes.
    protocol = TBinaryProtocol(
        TMemoryBuffer(body), string_length_limit=len(body), container_length_limit=len(body)
    )
    batch: Any = ttypes.Batch()  # type: ignore[no-untyped-call]
    try:
        batch.read(protocol)
        batch.validate()
        for span in batch.spans:
            span.validate()
    except (EOFError, TException, UnicodeDecodeError, ValueError) as error:
        raise BadPost(_in_jaegers_words(body, error)) from error
    return cast(ttypes.Batch, batch)


def _in_jaegers_words(body: bytes, error: Exception) -> str:
    if not body:
        return "*jaeger.Batch field 0 read error: EOF"
    if body[0] not in THRIFT_TYPES:
        return f"Unknown data type {body[0]}"
    return str(error) or "unexpected EOF"


def _span(span: ttypes.Span, process: Process) -> SpanRecord:
    return span_record(
        process=process,
        trace_id=_unsigned_128(span.traceIdHigh, span.traceIdLow),
        span_id=span.spanId & UNSIGNED_64,
        parent_id=span.parentSpanId & UNSIGNED_64,
        operation=span.operationName,
        start_us=span.startTime,
        duration_us=span.duration,
        tags=_tags(span.tags),
        links=[_reference(reference) for reference in span.references or ()],
        logs=[
            {"timestamp": log.timestamp, "fields": tag_list(_tags(log.fields))}
            for log in span.logs or ()
        ],
    )


def _reference(reference: ttypes.SpanRef) -> Reference:
    return Reference(
        _REFERENCE_KIND[reference.refType],
        _unsigned_128(reference.traceIdHigh, reference.traceIdLow),
        reference.spanId & UNSIGNED_64,
    )


def _unsigned_128(high: int, low: int) -> int:
    """Thrift knows only signed 64-bit integers: an id comes as two of them."""
    return (high & UNSIGNED_64) << 64 | (low & UNSIGNED_64)


def _tags(tags: list[ttypes.Tag] | None) -> dict[str, TagValue]:
    return {tag.key: getattr(tag, _FIELD_OF_TYPE[tag.vType]) for tag in tags or ()}
