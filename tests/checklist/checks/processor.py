"""Item 1, the message processor: a class of that name, and what a black box shows of it.

Writes of message files decide, as the system counts them. Only the wait of a lone message is a
time: the best of several counts, since noise makes none of them faster.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from observability import names
from observability.spans import Span
from tests.checklist.check import Verdict, cannot_tell, check, expect
from tests.checklist.scenarios.books import Books
from tests.checklist.scenarios.source import Source
from tests.checklist.scenarios.talk import Talk

CLASS, QUEUE, HANDLER = "MessageProcessor", "queue_message", "send_message"
METHODS = (QUEUE, "start", "flush_messages", "stop")
# What stores messages: a handler that calls one of these waits for the disk.
STORING = ("create_message", "create_messages_batch")


@check("source", needs=("handler.serves",))
def class_is_there(source: Source) -> Verdict:
    """There is a class MessageProcessor with queue_message, start, flush_messages and stop."""
    expected = f"a class {CLASS} with {', '.join(METHODS)}"
    if CLASS not in source.classes:
        skipped = f"; not read: {', '.join(source.unreadable)}" if source.unreadable else ""
        return expect(False, expected, f"no class of that name{skipped}")
    missing = [name for name in METHODS if name not in source.classes[CLASS]]
    return expect(not missing, expected, f"no {', '.join(missing)}" if missing else "all of it")


@check("source", needs=("processor.class_is_there",))
def is_used(source: Source) -> Verdict:
    """The socket handler hands messages to the processor, and stores none by itself."""
    users = [each for each in source.functions if each.in_class != CLASS and QUEUE in each.mentions]
    handlers = [each for each in source.functions if each.name == HANDLER]
    storing = {name for each in handlers for name in STORING if name in each.mentions}
    problems = [f"{HANDLER} calls {name} itself" for name in sorted(storing)]
    if not users:
        problems.append(f"nothing outside of the class names {QUEUE}")
    return expect(
        not problems,
        f"{QUEUE} called from outside of {CLASS}, and {HANDLER} that stores nothing itself",
        "; ".join(problems) or f"called in {', '.join(sorted({each.file for each in users}))}",
    )


@check("talk", needs=("handler.keeps_its_books",))
def coalesces_burst(
    talk: Talk, *, messages_per_write: int, spare_writes: int, most_left: int
) -> Verdict:
    """When everybody writes at once, one write of the message file stores many messages."""
    # A burst that was not over in time counts together with all that came after it.
    bursts = [each for each in talk.bursts if each.shown == each.messages] or [talk.everything]
    counted = [
        (writes, each)
        for each in bursts
        if (writes := each.claimed_writes if each.writes is None else each.writes) is not None
    ]
    if not counted:
        return cannot_tell(
            f"one write for {messages_per_write} messages or more", "nobody counted the writes"
        )
    writes, burst = min(counted, key=lambda each: each[0] / each[1].messages)
    most = burst.messages // messages_per_write + spare_writes
    best = f", the best of {len(counted)} times" if len(counted) > 1 else ""
    return expect(
        writes <= most and burst.messages - burst.shown < most_left,
        f"at most {most} writes for {burst.messages} messages, all shown but what fills no batch",
        f"{writes} writes for {burst.shown} that were shown{best}",
    )


@check("talk", needs=("processor.coalesces_burst",))
def flushes_partial_batch(talk: Talk, *, interval_ms: float, grace_ms: float) -> Verdict:
    """A batch that does not fill is stored all the same, once the interval is over."""
    few = talk.few
    expected = (
        f"a lone message shown within {interval_ms:g} ms and one write ({grace_ms:g} ms of grace), "
        f"and {few.messages} at once, too few for a batch"
    )
    # Not the first one: it may have come right before a flush that was due for nobody.
    shown_ms = [each.shown_ms for each in talk.lone[1:] if each.shown_ms is not None]
    if not shown_ms:
        return expect(False, expected, "lone messages that were not shown while anybody waited")
    return expect(
        min(shown_ms) <= interval_ms + grace_ms and few.shown == few.messages,
        expected,
        f"{min(shown_ms):.0f} ms, the best of {len(shown_ms)}, and {few.shown} of the few",
    )


@check("talk", "books", needs=("processor.coalesces_burst",))
def one_flush_at_a_time(talk: Talk, books: Books) -> Verdict:
    """No write of a message file begins before the last one has ended."""
    expected = "one write of a message file at a time"
    overlapping = _overlapping(books.told.writes)
    if talk.open_at_once is None and not books.told.writes:
        return cannot_tell(expected, "neither the system nor a span tells when files were written")
    if talk.open_at_once is not None and talk.open_at_once > 1:
        return expect(False, expected, f"{talk.open_at_once} temporary files at a time")
    return expect(
        not overlapping,
        expected,
        f"{overlapping} of {len(books.told.writes)} spans {names.FILE_WRITE} began too early"
        if overlapping
        else "so it was",
    )


def _overlapping(writes: Iterable[Span]) -> int:
    """How many spans of writing a file began before an earlier one of that file had ended."""
    by_file: defaultdict[object, list[Span]] = defaultdict(list)
    for span in sorted(writes, key=lambda span: span.start_us):
        by_file[span.tags.get(names.FILE_NAME)].append(span)
    return sum(
        later.start_us < earlier.start_us + earlier.duration_us
        for spans in by_file.values()
        for earlier, later in pairwise(spans)
    )
