"""Books as a right answer leaves them, made by hand, for the tests of checks."""

from collections.abc import Mapping

from observability import names
from observability.spans import Link, Span
from tests.checklist.checks import metrics
from tests.checklist.scenarios.books import Books, Seen, Told
from tests.checklist.scenarios.file_watch import Change

# 193 messages in four batches; three more were refused. Each write was of 10,000 bytes.
SIZES = (1, 42, 100, 50)
STORED, REFUSED, WRITE_BYTES = sum(SIZES), 3, 10_000


def span(operation: str, number: int, **more: object) -> Span:
    """A span of 10 ms, a second after the one before."""
    fields: dict[str, object] = {
        "trace_id": f"{operation} {number}",
        "span_id": "1",
        "parent_id": "0",
        "service": "attempt",
        "operation": operation,
        "start_us": number * 1_000_000,
        "duration_us": 10_000,
        "tags": {},
        "events": (),
        "links": (),
        "error": False,
    }
    return Span(**{**fields, **more})  # type: ignore[arg-type]


def writes_of(count: int, size_bytes: int | None = WRITE_BYTES) -> tuple[Change, ...]:
    """So many writes, each within the span of the same number."""
    return tuple(
        Change(number, number * 1_000_000 + 9_000, "messages_1.json", size_bytes)
        for number in range(count)
    )


def counters(stored: int = STORED, writes: int = len(SIZES)) -> dict[str, float]:
    """A reading of /metrics."""
    return {
        metrics.ACCEPTED: stored,
        metrics.STORED: stored,
        metrics.FAILED: 0,
        f'{metrics.REFUSED}{{reason="bad_field"}}': REFUSED,
        names.QUEUE_MESSAGES: 0,
        names.QUEUE_BYTES: 0,
        "chat_file_reads_total": writes,
        metrics.FILE_WRITES: writes,
        metrics.FILE_BYTES: writes * WRITE_BYTES,
        names.CLIENTS: 10,
        "process_resident_memory_bytes": 60_000_000,
        "process_cpu_seconds_total": 1.5,
        f"{names.BATCH_SIZES}_sum": stored,
        f"{names.BATCH_SIZES}_count": writes,
        f"{names.STORE_SECONDS}_count": stored,
        **{f"{name}_{part}": 1 for name in metrics.HISTOGRAMS for part in ('bucket{le="1"}',)},
        f"{names.FLUSH_SECONDS}_sum": 0.1,
        f"{names.FLUSH_SECONDS}_count": writes,
        f"{names.STORE_SECONDS}_sum": 9.5,
    }


def without(reading: Mapping[str, float], *beginnings: str) -> dict[str, float]:
    """A reading without what begins so."""
    return {name: value for name, value in reading.items() if not name.startswith(beginnings)}


START = {**dict.fromkeys(without(counters(), "chat_batch", "chat_flush", "chat_store"), 0.0)}
MESSAGES = tuple(span(names.SEND_MESSAGE, number) for number in range(STORED + REFUSED))
LINKS = [Link(message.trace_id, message.span_id) for message in MESSAGES]
BATCHES = tuple(
    span(
        names.FLUSH_MESSAGES,
        number,
        tags={names.BATCH_SIZE: size},
        links=tuple(LINKS[sum(SIZES[:number]) :][:size]),
    )
    for number, size in enumerate(SIZES)
)
TOLD = Told(
    at_start=START,
    before=START,
    during=({**counters(), metrics.STORED: 150, names.QUEUE_MESSAGES: 43}, {}),
    after=counters(),
    batches=BATCHES,
    writes=tuple(span(names.FILE_WRITE, number) for number in range(len(SIZES))),
    messages=MESSAGES,
)
SEEN = Seen(
    clients=10,
    sent=STORED + REFUSED,
    burst=150,
    shown=STORED,
    refused={"bad_field": REFUSED},
    failed={},
    unavailable="",
    written=writes_of(len(SIZES)),
    burst_written=2,
    system_bytes=60_000,
)
BOOKS = Books(TOLD, SEEN, ())
