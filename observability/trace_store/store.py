"""The SQLite file: spans are added, the oldest traces dropped, the rest counted.

One connection writes, under a lock; every reader opens its own (WAL lets them read meanwhile).
A post is one transaction, so once it is answered its spans are found. The file is not flushed to
disk (`synchronous=OFF`): a kill loses nothing, a power cut may lose the file. The alternative
would flush every few megabytes, on the disk whose speed the workshop measures.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from observability.trace_store.records import SpanRecord

APPLICATION_ID = 0x54524143  # "TRAC": tells our files from other SQLite files
SCHEMA_VERSION = 1
# The index of about 200,000 spans.
WRITER_CACHE_KIB = 16_384

# Traces are numbered as they arrive, and only the lowest numbers are ever deleted. So there are no
# gaps: first and last number give the count, and what is below the first has been dropped.
# `spans_once` does three things: it finds the spans of a trace, it holds all that a search by
# operation, time and duration looks at, and it keeps a post that was sent twice from counting
# twice.
SCHEMA = f"""
CREATE TABLE processes (number INTEGER PRIMARY KEY, service TEXT NOT NULL, json TEXT NOT NULL);
CREATE TABLE operations (
    service TEXT NOT NULL, operation TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (service, operation, kind)
) WITHOUT ROWID;
CREATE TABLE traces (
    number INTEGER PRIMARY KEY, trace_id TEXT NOT NULL UNIQUE,
    start_us INTEGER NOT NULL, end_us INTEGER NOT NULL
);
CREATE INDEX traces_by_start ON traces (start_us, end_us);
CREATE TABLE spans (
    trace INTEGER NOT NULL, span_id TEXT NOT NULL, parent_id TEXT, process INTEGER NOT NULL,
    operation TEXT NOT NULL, start_us INTEGER NOT NULL, duration_us INTEGER NOT NULL,
    json TEXT NOT NULL
);
CREATE UNIQUE INDEX spans_once
    ON spans (trace, span_id, process, operation, start_us, duration_us);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""


class StoreError(Exception):
    """Raised when the file cannot be opened, or is not a trace store's."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store holds, and how many traces it has dropped to stay within its bound."""

    spans: int
    traces: int
    dropped_traces: int


class Store:
    """Spans on disk, of at most `max_traces` traces; the traces that came first go first.

    A trace may grow without bound: the bound counts traces, as Jaeger's does.
    """

    def __init__(self, path: Path, max_traces: int) -> None:
        self.max_traces = max_traces
        self._path = path
        self._lock = threading.Lock()
        try:
            self._writer = self._connect()
        except sqlite3.Error as error:
            raise StoreError(f"cannot open {path}: {error}") from error
        try:
            _prepare(self._writer)
        except (sqlite3.Error, StoreError) as error:
            self._writer.close()
            raise StoreError(f"cannot keep traces in {path}: {error}") from error

    def add(self, spans: Sequence[SpanRecord]) -> None:
        """Keep the spans of one post, all or none. Raises sqlite3.Error if the disk is to blame."""
        processes = {(s.process.number, s.process.service, s.process.text) for s in spans}
        operations = {(s.process.service, s.operation, s.kind) for s in spans}
        with self._lock, self._writer as db:
            db.executemany(
                "INSERT INTO processes VALUES (?, ?, ?) ON CONFLICT DO NOTHING", processes
            )
            db.executemany(
                "INSERT INTO operations VALUES (?, ?, ?) ON CONFLICT DO NOTHING", operations
            )
            numbers = _add_traces(db, spans)
            db.executemany(
                "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [_row(numbers[span.trace_id], span) for span in spans],
            )
            _drop_oldest(db, self.max_traces)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for one answer."""
        db = self._connect()
        try:
            yield db
        finally:
            db.close()

    def counts(self) -> Counts:
        """How much there is. Counting takes about 30 ms for 1,000,000 spans."""
        with self.reading() as db:
            (spans,) = db.execute("SELECT count(*) FROM spans").fetchone()
            first, last = _first_and_last(db)
        return Counts(spans=spans, traces=last - first + 1, dropped_traces=first - 1)

    def close(self) -> None:
        """Wait for the post that is being written, then close the file."""
        with self._lock:
            self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, check_same_thread=False)


def _prepare(db: sqlite3.Connection) -> None:
    """Make the tables of a new file; refuse what somebody else made."""
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables == 0:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(f"BEGIN; {SCHEMA} COMMIT;")
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if (application, version) != (APPLICATION_ID, SCHEMA_VERSION):
        raise StoreError("it holds something else; name another file")
    db.execute("PRAGMA synchronous = OFF")
    db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")


def _add_traces(db: sqlite3.Connection, spans: Iterable[SpanRecord]) -> dict[str, int]:
    """Note the traces of these spans and how far they reach in time. Returns their numbers."""
    reach: dict[str, tuple[int, int]] = {}
    for span in spans:
        end_us = span.start_us + span.duration_us
        first, last = reach.get(span.trace_id, (span.start_us, end_us))
        reach[span.trace_id] = min(first, span.start_us), max(last, end_us)
    numbers = {}
    for trace_id, (start_us, end_us) in reach.items():
        db.execute(
            "INSERT INTO traces (trace_id, start_us, end_us) VALUES (?, ?, ?) "
            "ON CONFLICT (trace_id) DO UPDATE SET "
            "start_us = min(start_us, excluded.start_us), end_us = max(end_us, excluded.end_us)",
            (trace_id, start_us, end_us),
        )
        found = db.execute("SELECT number FROM traces WHERE trace_id = ?", (trace_id,))
        (numbers[trace_id],) = found.fetchone()
    return numbers


def _row(trace: int, span: SpanRecord) -> tuple[int | str | None, ...]:
    return (
        trace,
        span.span_id,
        span.parent_id,
        span.process.number,
        span.operation,
        span.start_us,
        span.duration_us,
        span.text,
    )


def _first_and_last(db: sqlite3.Connection) -> tuple[int, int]:
    """The numbers of the oldest and the newest trace; (1, 0) where there is none."""
    (first,) = db.execute("SELECT min(number) FROM traces").fetchone()
    (last,) = db.execute("SELECT max(number) FROM traces").fetchone()
    return first or 1, last or 0


def _drop_oldest(db: sqlite3.Connection, max_traces: int) -> None:
    first, last = _first_and_last(db)
    if last - first + 1 > max_traces:
        db.execute("DELETE FROM spans WHERE trace <= ?", (last - max_traces,))
        db.execute("DELETE FROM traces WHERE number <= ?", (last - max_traces,))
