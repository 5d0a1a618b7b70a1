"""The SQLite file: spans are added, the oldest traces dropped and counted.

One thread writes, a post after the other; every reader has a connection of its own (WAL lets them
read meanwhile). The writer also reads the posts, so however many come at once, one of them is in
memory. A post is one transaction: once it is answered its spans are found. Nothing is flushed to
disk (`synchronous=OFF`): a kill loses nothing, a power cut may lose the file. The alternative
would flush every few megabytes, on the disk whose speed the workshop measures.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from observability.trace_store.records import SpanRecord
from observability.trace_store.schema import StoreError, prepare

BYTES_PER_MEGABYTE = 1_000_000
# Spans are written in groups of so much JSON: a post may be large, a group fits into memory.
GROUP_CHARACTERS = 250_000
# When the file is full, so much of its traces goes at once: to find the names that no span bears
# any more, an index is read whole (0.3 s for 1,000,000 spans).
DROPPED_AT_ONCE = 1 / 20


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store holds, and what it has dropped to stay within its bounds.

    `refused_posts` counts since the start, all others since the file was made. A post whose length
    or head is refused, before anything of it is read, is not counted.
    """

    spans: int
    traces: int
    megabytes: float
    dropped_spans: int
    dropped_traces: int
    refused_posts: int


class Store:
    """Spans on disk, of at most `max_traces` traces and in at most `max_megabytes`.

    The traces that came first go first, whole. A single trace that is larger than the file may be
    goes, too; what comes of it later is a new trace. The alternative, to keep a trace's beginning
    and refuse its rest, would let one trace without end keep the newest of everybody out.
    The bound is on what is in use: a file that was once larger keeps its size for what comes.
    """

    def __init__(self, path: Path, max_traces: int, max_megabytes: int) -> None:
        self.max_traces = max_traces
        self._max_bytes = max_megabytes * BYTES_PER_MEGABYTE
        self._path = path
        self._lock = threading.Lock()
        self._refused_posts = 0
        try:
            self._writer = self._connect()
        except sqlite3.Error as error:
            raise StoreError(f"cannot open {path}: {error}") from error
        try:
            prepare(self._writer)
        except (sqlite3.Error, StoreError) as error:
            self._writer.close()
            raise StoreError(f"cannot keep traces in {path}: {error}") from error
        self._thread = ThreadPoolExecutor(1, "writer")

    def add(self, spans: Iterable[SpanRecord]) -> None:
        """Keep the spans of one post, all or none; they are taken one by one, by the writer.

        Raises sqlite3.Error if the disk is to blame, and what `spans` raises.
        """
        self._thread.submit(self._add, spans).result()

    def count_refused_post(self) -> None:
        """Note that a post was answered with an error."""
        with self._lock:
            self._refused_posts += 1

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
            db.execute("BEGIN")  # all counts of one moment
            (spans,) = db.execute("SELECT count(*) FROM spans").fetchone()
            dropped = db.execute("SELECT traces, spans FROM dropped").fetchone()
            first, last = _first_and_last(db)
            megabytes = _used_bytes(db) / BYTES_PER_MEGABYTE
        return Counts(
            spans=spans,
            traces=last - first + 1,
            megabytes=megabytes,
            dropped_spans=dropped[1],
            dropped_traces=dropped[0],
            refused_posts=self._refused_posts,
        )

    def close(self) -> None:
        """Wait for the posts that came, then close the file."""
        self._thread.shutdown()
        self._writer.close()

    def _add(self, spans: Iterable[SpanRecord]) -> None:
        with self._writer as db:
            for group in _groups(spans):
                _add_group(db, group)
                _drop_oldest(db, self.max_traces, self._max_bytes)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, check_same_thread=False)


def _groups(spans: Iterable[SpanRecord]) -> Iterator[list[SpanRecord]]:
    group: list[SpanRecord] = []
    characters = 0
    for span in spans:
        group.append(span)
        characters += len(span.text)
        if characters > GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    yield group


def _add_group(db: sqlite3.Connection, spans: Sequence[SpanRecord]) -> None:
    processes = {(s.process.number, s.process.service, s.process.text) for s in spans}
    operations = {(s.process.service, s.operation, s.kind) for s in spans}
    db.executemany("INSERT INTO processes VALUES (?, ?, ?) ON CONFLICT DO NOTHING", processes)
    db.executemany("INSERT INTO operations VALUES (?, ?, ?) ON CONFLICT DO NOTHING", operations)
    numbers = _add_traces(db, spans)
    db.executemany(
        "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [_row(numbers[span.trace_id], span) for span in spans],
    )


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


def _used_bytes(db: sqlite3.Connection) -> int:
    """The pages of the file, without those that wait to be used again."""
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _drop_oldest(db: sqlite3.Connection, max_traces: int, max_bytes: int) -> None:
    first, last = _first_and_last(db)
    if last - first + 1 > max_traces:
        _drop_to(db, last - max_traces)
    while _used_bytes(db) > max_bytes:
        first, last = _first_and_last(db)
        if first > last:
            return
        _drop_to(db, first + int((last - first) * DROPPED_AT_ONCE))
        _drop_unused_names(db)


def _drop_to(db: sqlite3.Connection, number: int) -> None:
    """Drop the traces up to a number, and count them."""
    spans = db.execute("DELETE FROM spans WHERE trace <= ?", (number,)).rowcount
    traces = db.execute("DELETE FROM traces WHERE number <= ?", (number,)).rowcount
    db.execute("UPDATE dropped SET traces = traces + ?, spans = spans + ?", (traces, spans))


def _drop_unused_names(db: sqlite3.Connection) -> None:
    """Drop the operations and processes without spans: else they might fill the file."""
    db.execute(
        "DELETE FROM operations WHERE (service, operation) NOT IN (SELECT processes.service, "
        "spans.operation FROM spans JOIN processes ON processes.number = spans.process)"
    )
    db.execute("DELETE FROM processes WHERE number NOT IN (SELECT process FROM spans)")
