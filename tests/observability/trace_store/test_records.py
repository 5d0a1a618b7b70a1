"""Records: types of tags, forms of ids, and what is refused."""

import json
from typing import Any

import pytest

from observability.trace_store.records import (
    BadPost,
    Process,
    Reference,
    SpanRecord,
    TagValue,
    process_record,
    span_id_text,
    span_record,
    tag,
    trace_id_text,
)

PROCESS = process_record("chat", {})
TRACE = 0xABC << 64


def a_span(**changes: Any) -> SpanRecord:
    """A span of which a test says only what matters to it."""
    fields: dict[str, Any] = {
        "process": PROCESS,
        "trace_id": TRACE,
        "span_id": 1,
        "parent_id": 0,
        "operation": "work",
        "start_us": 1_000,
        "duration_us": 10,
        "tags": {},
        "links": [],
        "logs": [],
    }
    return span_record(**(fields | changes))


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (True, "bool", True),
        (7, "int64", 7),
        (2**53, "int64", "9007199254740992"),
        (-(2**53), "int64", "-9007199254740992"),
        (0.5, "float64", 0.5),
        (1.0, "float64", 1),
        (float("inf"), "float64", "inf"),
        ("x", "string", "x"),
        (b"\x00\xff", "binary", "AP8="),
    ],
)
def test_a_tag_has_the_type_that_jaeger_names(value: TagValue, kind: str, written: object) -> None:
    got = tag("key", value)

    assert got == {"key": "key", "type": kind, "value": written}
    assert type(got["value"]) is type(written)


def test_ids_are_written_as_jaeger_writes_them() -> None:
    assert trace_id_text(1) == "0000000000000001"
    assert trace_id_text(1 << 64) == "00000000000000010000000000000000"
    assert span_id_text(255) == "00000000000000ff"


def test_a_parent_is_the_first_reference() -> None:
    link = Reference("FOLLOWS_FROM", 5 << 64, 6)

    references = json.loads(a_span(parent_id=9, links=[link]).text)["references"]

    assert [(r["refType"], r["spanID"]) for r in references] == [
        ("CHILD_OF", "0000000000000009"),
        ("FOLLOWS_FROM", "0000000000000006"),
    ]


def test_a_link_to_the_parent_takes_the_parents_place() -> None:
    link = Reference("FOLLOWS_FROM", TRACE, 9)

    references = json.loads(a_span(parent_id=9, links=[link]).text)["references"]

    assert [r["refType"] for r in references] == ["FOLLOWS_FROM"]


def test_a_span_that_ends_before_it_starts_lasted_nothing() -> None:
    assert a_span(duration_us=-5).duration_us == 0


@pytest.mark.parametrize("changes", [{"start_us": -1}, {"start_us": 2**60}, {"duration_us": 2**62}])
def test_times_out_of_all_reason_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(BadPost, match="a span cannot start at"):
        a_span(**changes)


def test_the_number_of_a_process_is_the_same_at_every_start() -> None:
    assert process_record("chat", {"version": "1"}) == process_record("chat", {"version": "1"})
    assert process_record("chat", {"version": "1"}).number != PROCESS.number
    assert isinstance(PROCESS, Process)
    assert PROCESS.number < 2**48
