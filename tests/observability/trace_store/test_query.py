"""Searches: what must hold on one span, which traces come first, and what a tag is equal to."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from observability.trace_store import query
from observability.trace_store.parameters import read_trace_query
from observability.trace_store.records import (
    SpanRecord,
    TagValue,
    process_record,
    span_record,
    tag_list,
)
from observability.trace_store.store import Store


def a_span(trace: int, span: int = 1, **changes: Any) -> SpanRecord:
    """Span number `span` of trace number `trace`, which starts at `trace` ms."""
    fields: dict[str, Any] = {
        "process": process_record("chat", {"host": "one"}),
        "trace_id": trace,
        "span_id": span,
        "parent_id": 0,
        "operation": "work",
        "start_us": trace * 1000,
        "duration_us": 100,
        "tags": {},
        "links": [],
        "logs": [],
    }
    return span_record(**(fields | changes))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with closing(Store(tmp_path / "traces.db", max_traces=100, max_megabytes=100)) as opened:
        yield opened


def found(store: Store, tags: dict[str, str] | None = None, **parameters: str) -> list[int]:
    """The traces that a search gives, in its order, by the numbers that `a_span` gave them."""
    values = {"service": "chat"} | parameters
    wanted = read_trace_query(values, {"tags": [json.dumps(tags or {})]})
    with store.reading() as db:
        texts = list(query.trace_texts(db, query.find_traces(db, wanted)))
    return [int(json.loads(text)["traceID"], 16) for text in texts]


def test_the_trace_that_started_last_comes_first(store: Store) -> None:
    # given traces that arrive in another order than they started, one with a late span
    store.add([a_span(2), a_span(5), a_span(1), a_span(1, span=2, start_us=9000), a_span(3)])

    assert found(store) == [5, 3, 2, 1]
    assert found(store, limit="2") == [5, 3]


def test_a_window_is_for_the_start_of_a_span_and_includes_both_ends(store: Store) -> None:
    store.add([a_span(1), a_span(1, span=2, start_us=9000), a_span(5), a_span(7)])

    assert found(store, start="5000", end="7000") == [7, 5]
    assert found(store, start="5001", end="6999") == []
    assert found(store, start="9000", end="9000") == [1]


def test_a_trace_comes_whole(store: Store) -> None:
    other = process_record("other", {})
    store.add([a_span(1), a_span(1, span=2, operation="rest", process=other)])

    with store.reading() as db:
        numbers = query.find_traces(db, read_trace_query({"service": "chat"}, {}))
        (text,) = query.trace_texts(db, numbers)
    trace = json.loads(text)

    assert [span["operationName"] for span in trace["spans"]] == ["work", "rest"]
    names = [trace["processes"][span["processID"]]["serviceName"] for span in trace["spans"]]
    assert names == ["chat", "other"]


def test_everything_must_hold_on_one_span(store: Store) -> None:
    other = process_record("other", {})
    store.add(
        [
            a_span(1, span=1, operation="read", tags={"room": "a"}),
            a_span(1, span=2, operation="write", tags={"room": "b"}, duration_us=5000),
            a_span(1, span=3, operation="send", process=other),
        ]
    )

    assert found(store, {"room": "a"}, operation="read") == [1]
    assert found(store, {"room": "b"}, operation="read") == []
    assert found(store, operation="read", minDuration="5ms") == []
    assert found(store, operation="write", minDuration="5ms", maxDuration="5ms") == [1]
    assert found(store, operation="send") == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("r1", "r1"),
        ("13", "13"),
        (13, "13"),
        (True, "true"),
        (0.5, "0.5"),
        (1.0, "1"),
        (2**60, str(2**60)),
    ],
)
def test_values_are_compared_as_text(store: Store, value: TagValue, text: str) -> None:
    store.add([a_span(1, tags={"key": value})])

    assert found(store, {"key": text}) == [1]
    assert found(store, {"key": text + "0"}) == []
    assert found(store, {"key2": text}) == []


def test_resources_and_fields_of_events_are_searched_too(store: Store) -> None:
    log = {"timestamp": 1, "fields": tag_list({"event": "fsync", "took_ms": 1.5})}
    store.add([a_span(1, logs=[log])])

    assert found(store, {"took_ms": "1.5"}) == [1]
    assert found(store, {"host": "one"}) == [1]
    assert found(store, {"host": "two"}) == []


def test_what_is_no_attribute_is_not_found_as_a_tag(store: Store) -> None:
    store.add([a_span(1, tags={"span.kind": "server"})])

    assert found(store, {"span.kind": "server"}) == []


@pytest.mark.parametrize("text", ['"', "%", "_", "\\", "'; DROP TABLE spans; --", "새해 복", "\n"])
def test_any_text_is_found_and_only_that(store: Store, text: str) -> None:
    store.add([a_span(1, tags={text: text}, operation=text)])

    assert found(store, {text: text}) == [1]
    assert found(store, {text: text + "x"}) == []
    assert found(store, operation=text) == [1]


def test_a_value_cannot_pass_for_a_tag(store: Store) -> None:
    fake = '{"key":"error","type":"bool","value":true}'
    store.add([a_span(1, tags={"text": fake})])

    assert found(store, {"error": "true"}) == []
    assert found(store, {"text": fake}) == [1]


def test_calls_between_services_are_counted(store: Store) -> None:
    other = process_record("other", {})
    store.add([a_span(1), a_span(1, span=2, parent_id=1, process=other)])
    store.add([a_span(1, span=3, parent_id=1, process=other), a_span(2, span=3, parent_id=99)])

    with store.reading() as db:
        assert query.dependencies(db, 0, 10_000) == [("chat", "other", 2)]
        assert query.dependencies(db, 1001, 10_000) == []
