"""Item 3, the batch method: one write for many messages, and files as the challenge has them.

Files are read by the grader itself, and their writes are counted by the operating system. What a
submission says of its batches counts only where it can be held against that.
"""

from collections import Counter
from collections.abc import Iterable

from observability import names
from tests.checklist.check import Verdict, cannot_tell, check, expect
from tests.checklist.checks.records import FIELDS, field_faults, reading_faults, some, time_faults
from tests.checklist.scenarios.books import Books
from tests.checklist.scenarios.history import Reading
from tests.checklist.scenarios.rotation import BY_THE_CHALLENGE, Rotation
from tests.checklist.scenarios.source import Source
from tests.checklist.scenarios.stored import Record
from tests.checklist.scenarios.writers import Sent

METHOD = "create_messages_batch"
RIGHT = "so it was"


@check("source", needs=("handler.serves",))
def method_is_there(source: Source) -> Verdict:
    """A class has the method create_messages_batch, and something calls it."""
    owners = sorted(name for name, methods in source.classes.items() if METHOD in methods)
    callers = sorted({each.file for each in source.functions if METHOD in each.mentions})
    problem = "" if callers else "nothing calls it"
    if not owners:
        problem = f"no class has {METHOD}"
    return expect(
        not problem,
        f"a class with a method {METHOD}, as DataManager, and a caller",
        problem or f"{' and '.join(owners)} has it; called in {', '.join(callers)}",
    )


@check("rotation", needs=("handler.serves",))
def writes_files(seen: Rotation) -> Verdict:
    """Messages are in files messages_1.json, messages_2.json, and so on: each a JSON array of
    objects.
    """
    wrong = list(seen.stored.problems)
    if not seen.stored.records:
        wrong.append("no message in any of them")
    return expect(
        not wrong,
        f"message files that are JSON arrays of objects, for {len(seen.sent)} messages",
        some(wrong) or f"{len(seen.stored.records)} records in {len(seen.stored.files)} files",
    )


@check("rotation", needs=("batch.writes_files",))
def keeps_every_message(seen: Rotation) -> Verdict:
    """The files hold each message once, also where a batch goes from one file to the next."""
    times = Counter(number for number in seen.numbers if number is not None)
    counts = {
        "missing": sum(number not in times for number in range(len(seen.sent))),
        "more than once": sum(count > 1 for count in times.values()),
        "that nobody sent": seen.numbers.count(None),
    }
    wrong = [f"{count} {what}" for what, count in counts.items() if count]
    return expect(not wrong, f"{len(seen.sent)} messages, each once", "; ".join(wrong) or RIGHT)


@check("books", needs=("batch.keeps_every_message",))
def one_write_per_batch(books: Books, *, messages_per_write: int, spare_writes: int) -> Verdict:
    """One write of the file stores many messages, and a batch takes one write."""
    told, seen = books.told, books.seen
    most = seen.burst // messages_per_write
    claimed = max(len(told.batches), told.increase(f"{names.BATCH_SIZES}_count") or 0)
    expected = f"at most {most} writes for {seen.burst} messages at once, and one for each batch"
    if seen.written is None or seen.burst_written is None:
        writes = told.increase(f"{names.FILE_WRITES}_total") or 0
        if writes > most + seen.sent - seen.burst:
            return expect(False, expected, f"{writes} writes in all, by its own account")
        return cannot_tell(expected, seen.unavailable)
    wrong = []
    if seen.burst_written > most:
        wrong.append(f"{seen.burst_written} writes for {seen.burst} messages at once")
    if claimed and len(seen.written) > claimed + spare_writes:
        wrong.append(f"{len(seen.written)} writes in all, for {claimed} batches by its own account")
    right = f"{seen.burst_written} writes for {seen.burst}; {len(seen.written)} in all"
    return expect(not wrong, expected, "; ".join(wrong) or right)


@check("rotation", needs=("batch.keeps_every_message",))
def rotates_exactly(seen: Rotation) -> Verdict:
    """Each message file but the last holds as many messages as --max-messages-per-file says."""
    sizes = [len(file.records) for file in seen.stored.files]
    file_names = [file.name for file in seen.stored.files]
    in_a_row = [f"messages_{number}.json" for number in range(1, len(file_names) + 1)]
    full, last = sizes[:-1], sizes[-1]
    return expect(
        file_names == in_a_row and all(size == seen.per_file for size in full)
        and last <= seen.per_file,
        f"{seen.per_file} messages in each file but the last, which holds no more; numbers from 1",
        ", ".join(f"{size} in {name}" for name, size in zip(file_names, sizes, strict=True)),
    )  # fmt: skip


@check("rotation", needs=("batch.writes_files",))
def ids_are_unique(seen: Rotation) -> Verdict:
    """No two messages have the same id, in all files and across a restart."""
    times = Counter(str(record.get("id")) for record in seen.stored.records)
    twice = sum(count - 1 for count in times.values())
    return expect(
        twice == 0, f"{len(seen.stored.records)} different ids", f"{len(times)} different ids"
    )


@check("rotation", needs=("batch.writes_files",))
def keeps_fields(seen: Rotation) -> Verdict:
    """A stored message has exactly the fields of the challenge's, with what was sent in them."""
    wrong = [fault for sent, record in _known(seen) for fault in field_faults(sent, record)]
    return expect(
        not wrong,
        f"{', '.join(FIELDS)} in each record, all texts, as they were sent",
        some(wrong) or f"so it was in {len(_known(seen))} records",
    )


@check("rotation", needs=("batch.keeps_fields",))
def keeps_timestamps(seen: Rotation, *, clock_tolerance_ms: float) -> Verdict:
    """`timestamp` tells when a message was accepted, `createdAt` when it was written: in UTC, with
    milliseconds and a Z.
    """
    wrong = [
        fault
        for sent, record in _known(seen)
        for fault in time_faults(sent, record, clock_tolerance_ms)
    ]
    return expect(
        not wrong,
        "times as 2026-12-31T23:59:59.123Z, in this order: sent, timestamp, acknowledged; and "
        "timestamp, createdAt, shown",
        some(wrong) or f"so it was in {len(_known(seen))} records",
    )


@check("rotation", needs=("batch.keeps_every_message",))
def keeps_order(seen: Rotation) -> Verdict:
    """Messages stand in the files in the order in which all members of the room saw them, and each
    sender's in the order in which they were sent.
    """
    return expect(
        seen.account.out_of_order == 0,
        "0 messages that come before an earlier one, in the files or on a screen",
        f"{seen.account.out_of_order} of {len(seen.sent)}",
    )


@check("rotation", needs=("batch.writes_files",))
def replaces_files(seen: Rotation) -> Verdict:
    """A message file is never changed where it is: a new one, written beside it, takes its place in
    one step, and nothing is left lying about.
    """
    wrong = []
    if seen.written_in_place:
        wrong.append(f"written in place {seen.written_in_place} times")
    if seen.changed_under_reader:
        wrong.append("a file changed for somebody who had opened it before")
    if seen.removed:
        wrong.append(f"removed {seen.removed} times, so that for a while there was none")
    wrong += [f"meanwhile {each}" for each in seen.torn]
    if seen.stored.leftovers:
        wrong.append(f"left behind: {some(seen.stored.leftovers)}")
    expected = "whole files that take the place of the old ones, and no others left behind"
    if not wrong and seen.replaced is None and seen.changed_under_reader is None:
        return cannot_tell(expected, seen.unavailable)
    told = RIGHT if seen.replaced is None else f"{seen.replaced} files took the place of others"
    return expect(not wrong, expected, "; ".join(wrong) or told)


@check("rotation", needs=("batch.ids_are_unique", "batch.keeps_order"))
def serves_its_history(seen: Rotation) -> Verdict:
    """What the server gives as history, page by page with before and after, is what its files hold;
    after a restart, too.
    """
    return _judge_readings(each for each in seen.readings if each.when != BY_THE_CHALLENGE)


@check("rotation", needs=("batch.ids_are_unique", "batch.keeps_order"))
def challenge_reads_its_files(seen: Rotation) -> Verdict:
    """The challenge, started with the same files, gives the same history."""
    return _judge_readings(each for each in seen.readings if each.when == BY_THE_CHALLENGE)


def _judge_readings(readings: Iterable[Reading]) -> Verdict:
    readings = list(readings)
    wrong = [fault for reading in readings for fault in reading_faults(reading)]
    messages = sum(len(reading.stored) for reading in readings)
    return expect(
        bool(readings) and not wrong,
        f"in {len(readings)} readings, the {messages} messages of the files, in their order",
        some(wrong) or RIGHT,
    )


def _known(seen: Rotation) -> list[tuple[Sent, Record]]:
    """The records of messages that were sent, each with what was sent."""
    pairs = zip(seen.numbers, seen.stored.records, strict=True)
    return [(seen.sent[number], record) for number, record in pairs if number is not None]
