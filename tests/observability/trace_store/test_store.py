"""The SQLite file: once each, all or none, bounded and counted, the same after a restart."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from observability.trace_store import query
from observability.trace_store.records import SpanRecord, process_record, span_record, trace_id_text
from observability.trace_store.store import Counts, Store, StoreError

PROCESS = process_record("chat", {})


def a_span(trace: int, span: int = 1) -> SpanRecord:
    """Span number `span` of trace number `trace`."""
    return span_record(
        process=PROCESS,
        trace_id=trace,
        span_id=span,
        parent_id=0,
        operation="work",
        start_us=trace * 1000,
        duration_us=10,
        tags={},
        links=[],
        logs=[],
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store that holds five traces."""
    with closing(Store(tmp_path / "traces.db", max_traces=5)) as opened:
        yield opened


def stored_traces(store: Store) -> list[str]:
    """The ids of the traces that are there."""
    with store.reading() as db:
        return [trace for (trace,) in db.execute("SELECT trace_id FROM traces ORDER BY number")]


def test_an_empty_store_counts_nothing(store: Store) -> None:
    assert store.counts() == Counts(spans=0, traces=0, dropped_traces=0)


def test_spans_of_a_trace_come_together_over_posts(store: Store) -> None:
    store.add([a_span(1, span=1)])
    store.add([a_span(1, span=2), a_span(2)])

    assert store.counts() == Counts(spans=3, traces=2, dropped_traces=0)


def test_a_post_that_comes_twice_counts_once(store: Store) -> None:
    post = [a_span(1, span=1), a_span(1, span=2)]

    store.add(post)
    store.add(post)

    assert store.counts().spans == 2


def test_the_traces_that_came_first_go_first_and_are_counted(store: Store) -> None:
    store.add([a_span(9), a_span(8)])
    store.add([a_span(trace) for trace in (1, 2, 3)])
    store.add([a_span(trace, span) for trace in (4, 5) for span in (1, 2)])

    assert stored_traces(store) == [trace_id_text(trace) for trace in (1, 2, 3, 4, 5)]
    assert store.counts() == Counts(spans=7, traces=5, dropped_traces=2)


def test_one_post_may_hold_more_traces_than_the_store(store: Store) -> None:
    store.add([a_span(trace) for trace in range(1, 21)])

    assert store.counts() == Counts(spans=5, traces=5, dropped_traces=15)


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "traces.db"
    with closing(Store(path, max_traces=3)) as store:
        store.add([a_span(trace) for trace in range(1, 6)])

    with closing(Store(path, max_traces=3)) as store:
        assert store.counts() == Counts(spans=3, traces=3, dropped_traces=2)
        store.add([a_span(6)])
        assert store.counts() == Counts(spans=3, traces=3, dropped_traces=3)
        with store.reading() as db:
            assert query.services(db) == ["chat"]


def test_serving_a_file_does_not_change_it(tmp_path: Path) -> None:
    # given a file with spans, such as the sample run that is committed
    path = tmp_path / "traces.db"
    with closing(Store(path, max_traces=5)) as store:
        store.add([a_span(1)])
    before = path.read_bytes()

    # when it is opened, read and closed
    with closing(Store(path, max_traces=5)) as store:
        assert store.counts().spans == 1

    # then it is as it was, with nothing beside it
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_post_that_fails_leaves_nothing(store: Store) -> None:
    # given a post whose second span cannot be written
    bad = replace(a_span(2), text="\ud800")

    # when it is added
    with pytest.raises(UnicodeEncodeError):
        store.add([a_span(1), bad])

    # then its first span is not there either, and the store goes on
    assert store.counts() == Counts(spans=0, traces=0, dropped_traces=0)
    store.add([a_span(3)])
    assert stored_traces(store) == [trace_id_text(3)]


def test_readers_are_served_while_a_post_is_written(store: Store) -> None:
    store.add([a_span(1)])
    with store.reading() as db:
        first = db.execute("SELECT json FROM spans")
        assert first.fetchone() is not None
        store.add([a_span(2)])
        assert store.counts().spans == 2


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but longer than the head of one, which is 100 bytes" * 3)

    with pytest.raises(StoreError, match=r"notes\.txt: file is not a database"):
        Store(path, max_traces=5)


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE things (name TEXT)")
    before = path.read_bytes()

    with pytest.raises(StoreError, match="something else"):
        Store(path, max_traces=5)
    assert path.read_bytes() == before
