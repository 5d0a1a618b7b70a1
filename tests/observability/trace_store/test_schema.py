"""Opening a file: new, of an older version, somebody else's."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from observability.trace_store import query
from observability.trace_store.otlp_intake import read_otlp
from observability.trace_store.parameters import read_trace_query
from observability.trace_store.schema import StoreError, prepare
from observability.trace_store.store import Store
from tests.observability.otlp_posts import PostedSpan, otlp_body

ERROR_QUERY = {"service": "chat"}, {"tags": ['{"error":"true"}']}


def open_store(path: Path) -> Store:
    """A store over a file."""
    return Store(path, max_traces=5, max_megabytes=100)


def test_an_older_file_is_brought_up_to_date(tmp_path: Path) -> None:
    # given a file of version 1, which has dropped a trace and has another
    path = tmp_path / "traces.db"
    with closing(open_store(path)) as store:
        spans = [PostedSpan(trace, 1, start_us=trace) for trace in range(1, 7)]
        store.add(read_otlp(otlp_body("chat", spans), is_json=False))
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "DROP TABLE dropped; DROP INDEX spans_with_error; PRAGMA user_version = 1;"
        )

    # when it is opened, then it has what it had, and is of today's version
    for _ in range(2):
        with closing(open_store(path)) as store:
            counts = store.counts()
            assert (counts.spans, counts.traces) == (5, 5)
            assert (counts.dropped_spans, counts.dropped_traces) == (0, 1)


def test_a_search_for_errors_uses_their_index(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "traces.db")) as store, store.reading() as db:
        store.add(read_otlp(otlp_body("chat", [PostedSpan(1, 1, start_us=1)]), is_json=False))
        statements: list[str] = []
        db.set_trace_callback(statements.append)
        query.find_traces(db, read_trace_query(*ERROR_QUERY))
        db.set_trace_callback(None)

        plan = db.execute(f"EXPLAIN QUERY PLAN {statements[-1]}").fetchall()

    assert any("USING INDEX spans_with_error" in step for _, _, _, step in plan)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but longer than the head of one, which is 100 bytes" * 3)

    with pytest.raises(StoreError, match=r"notes\.txt: file is not a database"):
        open_store(path)


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE things (name TEXT)")
    before = path.read_bytes()

    with pytest.raises(StoreError, match="something else"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_newer_file_is_refused() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        prepare(db)
        db.execute("PRAGMA user_version = 99")

        with pytest.raises(StoreError, match="something else"):
            prepare(db)
