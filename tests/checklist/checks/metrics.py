"""Item 5, the metrics and spans: there, and true.

What a submission says of itself is held against what clients got, what happened to its files, and
what the operating system counted. All readings are from a quiet moment after everything was done,
so numbers must be equal; only bytes and moments are given a tolerance.
"""

from collections.abc import Iterator, Mapping, Sequence

from observability import names
from observability.spans import Link, Span
from tests.checklist.check import Verdict, cannot_tell, check, expect
from tests.checklist.checks.records import some
from tests.checklist.scenarios.books import Books, Seen, Told
from tests.checklist.scenarios.file_watch import Change

ACCEPTED, STORED, FAILED, FILE_WRITES, FILE_BYTES, REFUSED = (
    f"{name}_total"
    for name in (
        names.ACCEPTED,
        names.STORED,
        names.FAILED,
        names.FILE_WRITES,
        names.FILE_WRITTEN_BYTES,
        names.REFUSED,
    )
)
FROM_THE_START = (
    ACCEPTED,
    STORED,
    FAILED,
    REFUSED,
    names.QUEUE_MESSAGES,
    names.QUEUE_BYTES,
    f"{names.FILE_READS}_total",
    FILE_WRITES,
    FILE_BYTES,
    names.CLIENTS,
    "process_resident_memory_bytes",
    "process_cpu_seconds_total",
)
HISTOGRAMS = (names.BATCH_SIZES, names.FLUSH_SECONDS, names.STORE_SECONDS)
RIGHT = "so it was"


@check("books", needs=("handler.serves",))
def are_there(books: Books) -> Verdict:
    """/metrics has the metrics of the challenge under their names: counters and gauges from the
    start, histograms from their first value.
    """
    wrong = [f"no {name} at the start" for name in _missing(FROM_THE_START, books.told.at_start)]
    parts = [f"{name}_{part}" for name in HISTOGRAMS for part in ("bucket", "sum", "count")]
    wrong += [f"no {name} after messages" for name in _missing(parts, books.told.after)]
    return expect(
        not wrong,
        f"{len(FROM_THE_START)} counters and gauges from the start, and {len(HISTOGRAMS)} "
        "histograms after the first messages",
        some(wrong) or RIGHT,
    )


@check("books", needs=("metrics.are_there",))
def match_the_ledger(books: Books) -> Verdict:
    """The metrics count messages as clients do: accepted, stored, failed, refused, in batches."""
    told, seen = books.told, books.seen
    let_in = seen.sent - sum(seen.refused.values())
    counts = {
        ACCEPTED: let_in,
        STORED: seen.shown,
        FAILED: sum(seen.failed.values()),
        f"{names.BATCH_SIZES}_sum": seen.shown,
        f"{names.STORE_SECONDS}_count": seen.shown,
    }
    wrong = [
        f"{name} grew by {told.increase(name)}, not {count}"
        for name, count in counts.items()
        if told.increase(name) != count
    ]
    wrong += _wrong_refusals(told, seen)
    if told.after[names.CLIENTS] != seen.clients:
        wrong.append(f"{names.CLIENTS} is {told.after[names.CLIENTS]:g}, not {seen.clients}")
    return expect(
        not wrong,
        f"{let_in} accepted, {seen.shown} stored and in batches, {counts[FAILED]} failed, "
        f"{sum(seen.refused.values())} refused by their reason, {seen.clients} clients",
        some(wrong) or RIGHT,
    )


@check("books", needs=("metrics.are_there",))
def balance(books: Books) -> Verdict:
    """At every instant what was accepted is stored, failed, or in the queue."""
    readings = [each for each in (*books.told.during, books.told.after) if each]
    wrong = [fault for reading in readings for fault in _imbalance(reading)]
    return expect(
        bool(readings) and not wrong,
        f"{ACCEPTED} = {STORED} + {FAILED} + {names.QUEUE_MESSAGES}, also under load",
        some(wrong) or f"so it was in {len(readings)} readings",
    )


@check("books", needs=("metrics.are_there",))
def match_the_system(books: Books, *, most_bytes: float, fewest_bytes: float) -> Verdict:
    """As many writes of files, and as many bytes, as the operating system saw."""
    told, seen = books.told, books.seen
    writes, size = told.increase(FILE_WRITES), told.increase(FILE_BYTES) or 0
    batches = told.increase(f"{names.BATCH_SIZES}_count") or 0
    wrong = []
    if seen.written is not None:
        if writes != len(seen.written):
            wrong.append(f"{FILE_WRITES} grew by {writes}, for {len(seen.written)} real writes")
        if batches > len(seen.written):
            wrong.append(f"{batches} batches for {len(seen.written)} real writes")
        wrong += _wrong_bytes(size, seen.written, most_bytes, fewest_bytes)
    # In memory, and for who writes through a map of memory, the system counts nothing.
    if seen.system_bytes and size > most_bytes * seen.system_bytes:
        wrong.append(f"{FILE_BYTES} grew by {size:,}, and the process wrote {seen.system_bytes:,}")
    expected = f"{FILE_WRITES} and {FILE_BYTES} that grow as files are really written"
    if seen.written is None and not wrong:
        return cannot_tell(expected, seen.unavailable)
    right = f"{writes} writes with {size:,} bytes"
    return expect(not wrong, expected, "; ".join([*wrong, *_notes(books)] if wrong else [right]))


@check("books", needs=("handler.serves",))
def batches_are_traced(books: Books) -> Verdict:
    """Each batch has a span that tells its size and links to its messages, each message once."""
    told, seen = books.told, books.seen
    known = {Link(span.trace_id, span.span_id) for span in told.messages}
    links = [link for span in told.batches for link in span.links]
    sizes = [_whole(span.tags.get(names.BATCH_SIZE)) for span in told.batches]
    odd = sum(size != len(span.links) for size, span in zip(sizes, told.batches, strict=True))
    faults = {
        f"{odd} of {len(sizes)} with another {names.BATCH_SIZE} than links": odd > 0,
        f"{len(set(links))} messages linked to, {seen.shown} stored": len(set(links)) != seen.shown,
        f"{len(links) - len(set(links))} linked to twice": len(links) != len(set(links)),
        f"links to no {names.SEND_MESSAGE}": not known.issuperset(links),
        f"{len(sizes)} batches, {len(seen.written or ())} real writes": seen.written is not None
        and len(sizes) > len(seen.written),
    }
    wrong = [fault for fault, is_so in faults.items() if is_so]
    return expect(
        bool(sizes) and not wrong,
        f"spans {names.FLUSH_MESSAGES} that link to {seen.shown} messages, each once, with as "
        f"many links as {names.BATCH_SIZE} says",
        (some(wrong) if sizes else "no such span") or f"{len(sizes)} batches, {len(links)} links",
    )


@check("books", needs=("handler.serves",))
def writes_are_traced(books: Books, *, time_tolerance_ms: float) -> Verdict:
    """Each real write of a message file has a span, under what wanted it, and no span stands for
    nothing.
    """
    spans, written = books.told.writes, books.seen.written
    wrong = []
    if alone := sum(span.parent_id is None for span in spans):
        wrong.append(f"{alone} lead back to no message and no batch")
    if written is not None:
        if len(spans) != len(written):
            wrong.append(f"{len(spans)} spans for {len(written)} real writes")
        elif late := _apart(spans, written, time_tolerance_ms * 1000):
            wrong.append(f"{late} at a time when no file was written")
    elif len(spans) != books.told.increase(FILE_WRITES):
        wrong.append(f"{len(spans)} spans; {FILE_WRITES} tells of another number")
    expected = f"a span {names.FILE_WRITE} for each real write, within {time_tolerance_ms:g} ms"
    if written is None and not wrong:
        return cannot_tell(expected, books.seen.unavailable)
    return expect(
        bool(spans) and not wrong,
        expected,
        (some(wrong) if spans else "no such span") or f"{len(spans)} spans",
    )


def _missing(wanted: Sequence[str], there: Mapping[str, float]) -> list[str]:
    """Those of the names that are not there, with labels or without."""
    plain = {name.partition("{")[0] for name in there}
    return [name for name in wanted if name not in plain]


def _wrong_refusals(told: Told, seen: Seen) -> Iterator[str]:
    for code, count in seen.refused.items():
        grown = told.increase(f'{REFUSED}{{reason="{code}"}}')
        if grown != count:
            yield f"{REFUSED} of {code} grew by {grown}, not {count}"


def _imbalance(reading: Mapping[str, float]) -> Iterator[str]:
    accepted, stored, failed, queued = (
        reading.get(name, 0) for name in (ACCEPTED, STORED, FAILED, names.QUEUE_MESSAGES)
    )
    if accepted != stored + failed + queued:
        yield f"{accepted:g} is not {stored:g} + {failed:g} + {queued:g}"
    if not queued and reading.get(names.QUEUE_BYTES):
        yield f"{reading[names.QUEUE_BYTES]:g} bytes in an empty queue"


def _wrong_bytes(size: int, written: Sequence[Change], most: float, fewest: float) -> Iterator[str]:
    """Bytes beyond these shares of what was written. A file only grows here, and its size is that
    after its write or one of the next, so their sum is too large if it is wrong.
    """
    sizes = [change.size_bytes for change in written]
    total = sum(each for each in sizes if each is not None)
    if None not in sizes and not fewest * total <= size <= most * total:
        yield f"{FILE_BYTES} grew by {size:,}, for files of {total:,} bytes"


def _notes(books: Books) -> Iterator[str]:
    """What the experiments' witnesses say about it."""
    for row in books.witnesses:
        if row["what"] in ("file writes", "bytes written") and row["note"]:
            yield str(row["note"])


def _apart(spans: Sequence[Span], written: Sequence[Change], tolerance_us: float) -> int:
    """How many spans, in their order, do not hold the moment of the real write."""
    in_order = sorted(spans, key=lambda span: span.start_us)
    pairs = zip(in_order, sorted(written, key=lambda change: change.at_us), strict=True)
    return sum(
        not span.start_us - tolerance_us <= change.at_us
        or not change.at_us <= span.start_us + span.duration_us + tolerance_us
        for span, change in pairs
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
