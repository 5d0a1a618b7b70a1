"""The SQLite file: once each, all or none, bounded and counted, the same after a restart."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from observability.trace_store import query
from observability.trace_store.records import (
    BadPost,
    SpanRecord,
    process_record,
    span_record,
    trace_id_text,
)
from observability.trace_store.store import GROUP_CHARACTERS, Store

PROCESS = process_record("chat", {})


def a_span(trace: int, span: int = 1, operation: str = "work", kilobytes: int = 0) -> SpanRecord:
    """Span number `span` of trace number `trace`, and how much there is to it."""
    return span_record(
        process=PROCESS,
        trace_id=trace,
        span_id=span,
        parent_id=0,
        operation=operation,
        start_us=trace * 1000,
        duration_us=10,
        tags={"text": "x" * 1000 * kilobytes},
        links=[],
        logs=[],
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store that holds five traces."""
    with closing(Store(tmp_path / "traces.db", max_traces=5, max_megabytes=100)) as opened:
        yield opened


def held(store: Store) -> tuple[int, int]:
    """How many spans and traces there are."""
    counts = store.counts()
    return counts.spans, counts.traces


def dropped(store: Store) -> tuple[int, int]:
    """How many spans and traces there were, and are gone."""
    counts = store.counts()
    return counts.dropped_spans, counts.dropped_traces


def stored_traces(store: Store) -> list[str]:
    """The ids of the traces that are there."""
    with store.reading() as db:
        return [trace for (trace,) in db.execute("SELECT trace_id FROM traces ORDER BY number")]


def test_an_empty_store_counts_nothing(store: Store) -> None:
    assert held(store) == (0, 0)


def test_spans_of_a_trace_come_together_over_posts(store: Store) -> None:
    store.add([a_span(1, span=1)])
    store.add([a_span(1, span=2), a_span(2)])

    assert held(store) == (3, 2)


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
    assert held(store) == (7, 5)
    assert dropped(store) == (2, 2)


def test_one_post_may_hold_more_traces_than_the_store(store: Store) -> None:
    store.add([a_span(trace) for trace in range(1, 21)])

    assert held(store) == (5, 5)
    assert dropped(store) == (15, 15)


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "traces.db"
    with closing(Store(path, max_traces=3, max_megabytes=100)) as store:
        store.add([a_span(trace) for trace in range(1, 6)])

    with closing(Store(path, max_traces=3, max_megabytes=100)) as store:
        assert held(store) == (3, 3)
        assert dropped(store) == (2, 2)
        store.add([a_span(6)])
        assert held(store) == (3, 3)
        assert dropped(store) == (3, 3)
        with store.reading() as db:
            assert query.services(db) == ["chat"]


def test_serving_a_file_does_not_change_it(tmp_path: Path) -> None:
    # given a file with spans, such as the sample run that is committed
    path = tmp_path / "traces.db"
    with closing(Store(path, max_traces=5, max_megabytes=100)) as store:
        store.add([a_span(1)])
    before = path.read_bytes()

    # when it is opened, read and closed
    with closing(Store(path, max_traces=5, max_megabytes=100)) as store:
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
    assert held(store) == (0, 0)
    store.add([a_span(3)])
    assert stored_traces(store) == [trace_id_text(3)]


def test_readers_are_served_while_a_post_is_written(store: Store) -> None:
    store.add([a_span(1)])
    with store.reading() as db:
        first = db.execute("SELECT json FROM spans")
        assert first.fetchone() is not None
        store.add([a_span(2)])
        assert store.counts().spans == 2


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Store]:
    """An empty store of two megabytes."""
    with closing(Store(tmp_path / "small.db", max_traces=1000, max_megabytes=2)) as opened:
        yield opened


def test_a_full_file_drops_the_oldest_traces_and_counts_them(small: Store) -> None:
    # given five times what fits, in posts of ten traces with two spans of 10 kB
    for first in range(1, 500, 10):
        small.add([a_span(first + n, span, kilobytes=10) for n in range(10) for span in (1, 2)])
        assert small.counts().megabytes <= 2

    # then the newest are there, as many as fit, and the others are counted
    counts = small.counts()
    assert counts.megabytes > 1.5
    assert stored_traces(small)[-1] == trace_id_text(500)
    assert counts.traces + counts.dropped_traces == 500
    assert counts.spans == 2 * counts.traces
    assert counts.dropped_spans == 2 * counts.dropped_traces


def test_a_file_that_was_full_stays_as_large_as_it_was(small: Store, tmp_path: Path) -> None:
    for trace in range(1, 1001):
        small.add([a_span(trace, kilobytes=10)])

    files = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert files["small.db"] < 4_000_000
    assert files["small.db-wal"] < 10_000_000


def test_a_trace_that_is_too_large_alone_makes_room_for_others(small: Store) -> None:
    # given a trace without end
    for span in range(1, 301):
        small.add([a_span(1, span, kilobytes=10)])

    # then it went when it was too large, and what came later is there
    assert small.counts().dropped_traces == 1
    assert held(small) == (300 - small.counts().dropped_spans, 1)

    # and others have room
    small.add([a_span(2)])
    assert stored_traces(small) == [trace_id_text(1), trace_id_text(2)]


def test_one_post_may_be_larger_than_the_file(small: Store) -> None:
    small.add(a_span(trace, kilobytes=10) for trace in range(1, 1001))

    counts = small.counts()
    assert counts.megabytes <= 2
    assert stored_traces(small)[-1] == trace_id_text(1000)
    assert counts.traces + counts.dropped_traces == 1000


def test_names_that_no_span_bears_any_more_do_not_fill_the_file(small: Store) -> None:
    for trace in range(1, 501):
        small.add([a_span(trace, operation=f"{trace} {'x' * 10_000}")])

    with small.reading() as db:
        names = {name for name, _ in query.operations(db, "chat")}
        present = {name for (name,) in db.execute("SELECT operation FROM spans")}
    assert names == present
    assert len(names) > 10


def test_a_large_post_is_one_transaction(store: Store) -> None:
    # given a post of several groups, whose end cannot be read
    def post() -> Iterator[SpanRecord]:
        for number in range(3 * GROUP_CHARACTERS // 10_000):
            yield a_span(1, number, kilobytes=10)
        raise BadPost("cut off")

    # when it is added, then nothing of it is there, and the store goes on
    with pytest.raises(BadPost, match="cut off"):
        store.add(post())
    assert held(store) == (0, 0)
    store.add([a_span(3)])
    assert held(store) == (1, 1)


def test_posts_at_once_lose_nothing(store: Store) -> None:
    def add(poster: int) -> None:
        for number in range(50):
            store.add([a_span(poster % 5, 1000 * poster + number)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))

    assert held(store) == (400, 5)
