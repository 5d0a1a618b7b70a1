"""One span as the store keeps it: Jaeger's JSON text, and beside it what a search looks at.

Both intakes make these records, so the two roads meet here. A span's JSON is made once, when it
comes in; an answer only joins texts. That is possible because `processID`, the label that leads
from a span to its process, is free for a server to choose: ours is a hash of the process, so it is
known without asking the database and is the same in every answer.
"""

import base64
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TagValue = str | bool | int | float | bytes

# JavaScript cannot hold larger integers, so Jaeger gives them as text.
MAX_SAFE_INTEGER = 2**53 - 1
LATEST_US = MAX_SAFE_INTEGER  # in the year 2255
# 48 bits: two of a few hundred processes meet in one number once in a billion stores.
PROCESS_NUMBER_BYTES = 6
# A post may be large, but is read and kept one span after the other, and while it is read a span
# takes up to a hundred times its bytes. With all the 3,000 links that we allow, one has 123 kB.
MAX_SPAN_BYTES = 128 * 1024


class BadPost(Exception):
    """Raised when a posted body cannot be read; the text is for whoever posted it."""


class TooLarge(BadPost):
    """Raised when a posted body is larger than we read, in the words of Jaeger's HTTP server."""

    def __init__(self) -> None:
        super().__init__("http: request body too large")


@dataclass(frozen=True, slots=True)
class Process:
    """Who made a span. `text` is its JSON, `number` a hash of that."""

    number: int
    service: str
    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """From a span to another: `kind` is CHILD_OF (its parent) or FOLLOWS_FROM (a link)."""

    kind: str
    trace_id: int
    span_id: int


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """One row of the table `spans`. Times in microseconds, ids as Jaeger writes them."""

    trace_id: str
    span_id: str
    parent_id: str | None
    process: Process
    operation: str
    kind: str
    start_us: int
    duration_us: int
    text: str


def to_json(value: object) -> str:
    """JSON as all of the store writes it; searches rely on there being one way to write a tag."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def trace_id_text(trace_id: int) -> str:
    """32 hex digits, or 16 where the upper half is 0, as Jaeger writes it."""
    return f"{trace_id:032x}" if trace_id >> 64 else f"{trace_id:016x}"


def span_id_text(span_id: int) -> str:
    """16 hex digits."""
    return f"{span_id:016x}"


def tag(key: str, value: TagValue) -> dict[str, object]:
    """A tag, or a field of an event, with the type that Jaeger names."""
    if isinstance(value, bool):
        return {"key": key, "type": "bool", "value": value}
    if isinstance(value, int):
        safe = abs(value) <= MAX_SAFE_INTEGER
        return {"key": key, "type": "int64", "value": value if safe else str(value)}
    if isinstance(value, float):
        return {"key": key, "type": "float64", "value": _number(value)}
    if isinstance(value, bytes):
        return {"key": key, "type": "binary", "value": base64.b64encode(value).decode()}
    return {"key": key, "type": "string", "value": value}


def tag_list(values: Mapping[str, TagValue]) -> list[dict[str, object]]:
    """The tags of a span or process, or the fields of an event."""
    return [tag(key, value) for key, value in values.items()]


def process_record(service: str, tags: Mapping[str, TagValue]) -> Process:
    """The process named `service`, with the tags of its resource."""
    text = to_json({"serviceName": service, "tags": tag_list(tags)})
    digest = hashlib.blake2s(text.encode(), digest_size=PROCESS_NUMBER_BYTES).digest()
    return Process(int.from_bytes(digest), service, text)


def span_record(
    *,
    process: Process,
    trace_id: int,
    span_id: int,
    parent_id: int,
    operation: str,
    start_us: int,
    duration_us: int,
    tags: Mapping[str, TagValue],
    links: Iterable[Reference],
    logs: list[dict[str, object]],
) -> SpanRecord:
    """A span with its JSON. `parent_id` is 0 for a root.

    A link to the parent takes the parent's place, as in Jaeger. A clock that was set back can end
    a span before its start: such a span lasted 0. Raises BadPost for times out of all reason.
    """
    if not 0 <= start_us <= LATEST_US or duration_us > LATEST_US:
        raise BadPost(f"a span cannot start at {start_us} us and last {duration_us} us")
    span = {
        "traceID": trace_id_text(trace_id),
        "spanID": span_id_text(span_id),
        "operationName": operation,
        "references": _references(trace_id, parent_id, links),
        "startTime": start_us,
        "duration": max(0, duration_us),
        "tags": tag_list(tags),
        "logs": logs,
        "processID": f"p{process.number}",
        "warnings": None,
    }
    parent = span_id_text(parent_id) if parent_id else None
    return SpanRecord(
        trace_id_text(trace_id), span_id_text(span_id), parent, process, operation,
        str(tags.get("span.kind", "")), start_us, max(0, duration_us), to_json(span),
    )  # fmt: skip


def _references(trace_id: int, parent_id: int, links: Iterable[Reference]) -> list[dict[str, str]]:
    references = list(links)
    linked = ((link.trace_id, link.span_id) for link in references)
    if parent_id and (trace_id, parent_id) not in linked:
        references.insert(0, Reference("CHILD_OF", trace_id, parent_id))
    return [_reference_json(reference) for reference in references]


def _reference_json(reference: Reference) -> dict[str, str]:
    return {
        "refType": reference.kind,
        "traceID": trace_id_text(reference.trace_id),
        "spanID": span_id_text(reference.span_id),
    }


def _number(value: float) -> float | str:
    """A float as Jaeger writes it: 1, not 1.0; and as text what JSON cannot hold."""
    if not math.isfinite(value):
        return str(value)
    if value.is_integer() and abs(value) <= MAX_SAFE_INTEGER:
        return int(value)
    return value
