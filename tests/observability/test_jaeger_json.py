"""Jaeger's JSON is read alike, whichever road the spans took."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from observability.jaeger_json import read_trace
from observability.spans import Event, Link, Span

ANSWERS = Path(__file__).parent / "jaeger" / "answers"


def recorded(name: str) -> list[Span]:
    """All spans of a recorded answer, by start."""
    traces = json.loads((ANSWERS / name).read_text())["data"]
    return sorted(
        (s for t in traces for s in read_trace(t)), key=lambda s: (s.start_us, s.operation)
    )


def one_value(kind: str, value: Any) -> Any:
    """A tag's value as it is read."""
    span = {
        "traceID": "1",
        "spanID": "2",
        "operationName": "work",
        "references": None,
        "startTime": 3,
        "duration": 4,
        "tags": [{"key": "k", "type": kind, "value": value}],
        "logs": None,
        "processID": "p1",
    }
    (read,) = read_trace({"spans": [span], "processes": {"p1": {"serviceName": "chat"}}})
    return read.tags["k"]


def test_both_roads_give_the_same_spans() -> None:
    # given the same four traces, posted through Thrift by one service and OTLP by the other
    thrift, otlp = recorded("07.json"), recorded("08.json")
    assert len(thrift) == len(otlp) == 14

    # then they differ in ids and in the service, and in nothing else
    ids = dict(zip((s.span_id for s in otlp), (s.span_id for s in thrift), strict=True))
    for ours, theirs in zip(thrift, otlp, strict=True):
        links = tuple(replace(link, span_id=ids[link.span_id]) for link in theirs.links)
        assert [link.span_id for link in links] == [link.span_id for link in ours.links]
        assert ours == replace(
            theirs,
            trace_id=ours.trace_id,
            span_id=ours.span_id,
            parent_id=ids[theirs.parent_id] if theirs.parent_id else None,
            service="chat-challenge",
            links=ours.links,
        )


def test_a_span_has_what_was_recorded() -> None:
    (failed,) = [span for span in recorded("07.json") if span.error]

    assert failed == Span(
        trace_id="1846d424c17c627923c6612f48268673",
        span_id="fcbd04c340212ef7",
        parent_id="cca5a5a19e4d6e3c",
        service="chat-challenge",
        operation="database.create_message",
        start_us=1795305600201000,
        duration_us=29000,
        tags={
            "error": True,
            "otel.scope.name": "workshop",
            "otel.scope.version": "0.1",
            "otel.status_code": "ERROR",
            "otel.status_description": "disk full",
            "queue.wait_ms": 3.25,
            "service.instance.id": "one",
            "service.version": "1.0",
            "span.kind": "internal",
        },
        events=(
            Event(
                1795305600230000,
                "exception",
                {"exception.message": "No space left on device", "exception.type": "OSError"},
            ),
        ),
        links=(),
        error=True,
    )


def test_a_batch_is_linked_to_its_messages() -> None:
    (flush,) = [s for s in recorded("07.json") if s.operation == "message_processor.flush_messages"]

    assert flush.links[0] == Link("e3e70682c2094cac629f6fbed82c07cd", "0a5d2f346baa9455")
    assert len(flush.links) == 3
    assert flush.parent_id is None


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("bool", True, True),
        ("int64", 7, 7),
        ("int64", "9007199254740993", 9007199254740993),
        ("float64", 1, 1.0),
        ("float64", 0.5, 0.5),
        ("float64", "inf", float("inf")),
        ("binary", "AP8=", b"\x00\xff"),
        ("string", "('a', 'b')", ["a", "b"]),
        ("string", "(1,)", [1]),
        ("string", '["a","b"]', ["a", "b"]),
        ("string", "()", []),
        ("string", "(not a list)", "(not a list)"),
        ("string", "[not a list]", "[not a list]"),
        ("string", "(1)", "(1)"),
        ("string", "(" * 1000 + ")" * 1000, "(" * 1000 + ")" * 1000),
        ("string", "", ""),
    ],
)
def test_values_are_read_by_their_type(kind: str, written: Any, value: Any) -> None:
    got = one_value(kind, written)

    assert got == value
    assert type(got) is type(value)
