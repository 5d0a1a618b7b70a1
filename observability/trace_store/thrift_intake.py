"""What opentelemetry-exporter-jaeger posts: a `jaeger.thrift` batch in the binary protocol.

The exporter's own generated classes read each span, one after the other, from a reader of ours.
Their price is twice that of OTLP, because the C reader of the thrift package refuses classes that
are this old (and would not be bounded).
"""

from collections.abc import Iterator
from typing import Any

from opentelemetry.exporter.jaeger.thrift.gen.jaeger import ttypes
from thrift.Thrift import TException, TType

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
from observability.trace_store.thrift_reader import ThriftReader

UNSIGNED_64 = 2**64 - 1
THRIFT_TYPES = frozenset({0, 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16})
NO_SERVICE = "missing-service-name"  # what Jaeger puts in its place
# The fields of a batch.
PROCESS = 1
SPANS = 2

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


def read_thrift(body: bytes) -> Iterator[SpanRecord]:
    """The spans of one post, as they are read. Raises BadPost where it is no batch."""
    if not body:
        raise BadPost("*jaeger.Batch field 0 read error: EOF")
    if body[0] not in THRIFT_TYPES:
        raise BadPost(f"Unknown data type {body[0]}")
    try:
        yield from _read_batch(ThriftReader(body))
    except (EOFError, TException, UnicodeDecodeError) as error:
        raise BadPost(str(error)) from error
    except (KeyError, TypeError) as error:
        raise BadPost(f"a field is missing or of a wrong type: {error}") from error


def _read_batch(reader: ThriftReader) -> Iterator[SpanRecord]:
    """Whoever writes Thrift writes fields in their order, so the process must come first."""
    process: Process | None = None
    has_spans = False
    while True:
        reader.next_part()
        _, kind, number = reader.readFieldBegin()
        if (number, kind) == (PROCESS, TType.STRUCT):
            process = _read_process(reader)
        elif (number, kind) == (SPANS, TType.LIST):
            has_spans = True
            _, size = reader.readListBegin()
            for _ in range(size):
                yield _read_span(reader, process)
        elif kind != TType.STOP:
            reader.skip(kind)
        else:
            break
    if process is None or not has_spans:
        raise BadPost(f"Required field {'spans' if process else 'process'} is unset")


def _read_process(reader: ThriftReader) -> Process:
    process: Any = ttypes.Process()  # type: ignore[no-untyped-call]
    process.read(reader)
    return process_record(process.serviceName or NO_SERVICE, _tags(process.tags))


def _read_span(reader: ThriftReader, process: Process | None) -> SpanRecord:
    if process is None:
        raise BadPost("Required field process is unset, or comes after the spans")
    reader.next_part()
    span: Any = ttypes.Span()  # type: ignore[no-untyped-call]
    span.read(reader)
    span.validate()
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
        logs=[_log(log) for log in span.logs or ()],
    )


def _log(log: ttypes.Log) -> dict[str, object]:
    log.validate()  # type: ignore[no-untyped-call]
    return {"timestamp": log.timestamp, "fields": tag_list(_tags(log.fields))}


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
    values = {tag.key: getattr(tag, _FIELD_OF_TYPE[tag.vType]) for tag in tags or ()}
    if None in values:
        raise BadPost("Required field key is unset")
    return values
