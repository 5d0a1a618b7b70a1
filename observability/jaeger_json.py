"""A trace in Jaeger's JSON, read as Spans, alike for both roads that it can come.

The road shows in the JSON. Through Thrift the attributes of the resource are tags of every span, an
event's name is its field `message`, and a list is Python's text of a tuple. Through OTLP they are
tags of the process, the name is the field `event`, and a list is JSON text. Here they become one.
"""

import ast
import base64
import json
from collections.abc import Mapping
from typing import Any

from observability.spans import Event, Link, Span, TagValue

# The first is a field of a span; the others come through Thrift only, and say what
# `otel.scope.name` and `otel.scope.version` say too.
DROPPED_TAGS = ("service.name", "otel.library.name", "otel.library.version")


def read_trace(trace: Mapping[str, Any]) -> list[Span]:
    """The spans of one entry of `data`. Raises KeyError, TypeError or ValueError for what
    Jaeger would not write.
    """
    processes = {
        label: (process["serviceName"], _values(process.get("tags")))
        for label, process in trace["processes"].items()
    }
    return [_read_span(span, *processes[span["processID"]]) for span in trace["spans"]]


def _read_span(span: Mapping[str, Any], service: str, process_tags: Mapping[str, TagValue]) -> Span:
    tags = {**process_tags, **_values(span["tags"])}
    for key in DROPPED_TAGS:
        tags.pop(key, None)
    references = span["references"] or ()
    parents = (r["spanID"] for r in references if r["refType"] == "CHILD_OF")
    return Span(
        trace_id=span["traceID"],
        span_id=span["spanID"],
        parent_id=next(parents, None),
        service=service,
        operation=span["operationName"],
        start_us=span["startTime"],
        duration_us=span["duration"],
        tags=tags,
        events=tuple(_read_event(log) for log in span["logs"] or ()),
        links=tuple(
            Link(r["traceID"], r["spanID"]) for r in references if r["refType"] == "FOLLOWS_FROM"
        ),
        error=tags.get("error") is True,
    )


def _read_event(log: Mapping[str, Any]) -> Event:
    fields = _values(log["fields"])
    name = fields.pop("event" if "event" in fields else "message", "")
    return Event(log["timestamp"], str(name), fields)


def _values(tags: list[Mapping[str, Any]] | None) -> dict[str, TagValue]:
    return {tag["key"]: _value(tag["type"], tag["value"]) for tag in tags or ()}


def _value(kind: str, value: Any) -> TagValue:
    """The value of a tag with the type it was given, which JSON does not always show."""
    match kind:
        case "string":
            return _list_or_text(value)
        case "int64":
            return int(value)  # comes as text where JavaScript could not hold it
        case "float64":
            return float(value)  # 1.0 comes as 1
        case "binary":
            return base64.b64decode(value)
    return bool(value)


def _list_or_text(text: str) -> str | list[object]:
    """A list, where the text reads as one. Jaeger does not say which it was: a text that looks
    like a list is taken for one.
    """
    try:
        if text.startswith("[") and text.endswith("]"):
            values = json.loads(text)
        elif text.startswith("(") and text.endswith(")"):
            values = ast.literal_eval(text)
        else:
            return text
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text
    return list(values) if isinstance(values, (list, tuple)) else text
