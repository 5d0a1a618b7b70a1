"""The processor is judged by its class in the text, and by writes that others counted."""

from dataclasses import replace
from typing import cast

import pytest

from observability import names
from observability.spans import Span
from tests.checklist.check import Result
from tests.checklist.checks import processor
from tests.checklist.checks.sample_talk import BURST, GOOD, LONE, SLOW, judged
from tests.checklist.scenarios.books import Books, Seen, Told
from tests.checklist.scenarios.evening import Burst
from tests.checklist.scenarios.source import Function, Source
from tests.checklist.scenarios.talk import Talk

NONE = frozenset[str]()
METHODS = frozenset({"queue_message", "start", "flush_messages", "stop", "_run"})
HANDLER = Function(
    "send_message", "SocketHandler", "socket_handler.py", NONE, frozenset({"queue_message"})
)
OWN = replace(HANDLER, name="flush_messages", in_class="MessageProcessor")
SOURCE = Source({"MessageProcessor": METHODS}, (HANDLER, OWN), NONE, (), False, "")
UNCOUNTED = replace(BURST, writes=None)


def a_write(start_us: int, name: str = "messages_1.json") -> Span:
    """A write of a file that took 10 us."""
    tags = {names.FILE_NAME: name}
    return Span("", "", None, "attempt", names.FILE_WRITE, start_us, 10, tags, (), (), False)


def books(*writes: Span) -> Books:
    """A traced run of which only the spans of writes matter."""
    return Books(Told({}, {}, (), {}, (), writes, ()), cast(Seen, None), ())


def test_the_class_is_found() -> None:
    assert judged(processor.class_is_there, SOURCE).result is Result.PASSED


@pytest.mark.parametrize(
    ("source", "actual"),
    [
        (replace(SOURCE, classes={"Processor": METHODS}), "no class of that name"),
        (
            replace(SOURCE, classes={}, unreadable=("message_processor.py: invalid syntax",)),
            "no class of that name; not read: message_processor.py: invalid syntax",
        ),
        (
            replace(SOURCE, classes={"MessageProcessor": METHODS - {"stop", "start"}}),
            "no start, stop",
        ),
    ],
)
def test_what_is_missing_of_the_class_is_named(source: Source, actual: str) -> None:
    verdict = judged(processor.class_is_there, source)
    assert (verdict.result, verdict.actual) == (Result.FAILED, actual)


def test_a_processor_that_the_handler_uses_is_used() -> None:
    assert judged(processor.is_used, SOURCE).result is Result.PASSED


@pytest.mark.parametrize(
    "functions",
    [
        (OWN,),
        (replace(HANDLER, mentions=frozenset({"create_message"})), replace(HANDLER, name="other")),
        (replace(HANDLER, mentions=HANDLER.mentions | {"create_messages_batch"}),),
    ],
)
def test_one_for_show_is_not(functions: tuple[Function, ...]) -> None:
    verdict = judged(processor.is_used, replace(SOURCE, functions=functions))
    assert verdict.result is Result.FAILED


@pytest.mark.parametrize(
    ("talk", "result"),
    [
        (GOOD, Result.PASSED),
        (SLOW, Result.FAILED),
        (replace(GOOD, bursts=(replace(BURST, writes=11),)), Result.PASSED),
        (replace(GOOD, bursts=(replace(BURST, writes=12),)), Result.FAILED),
        # The best burst counts; of those that were over in time, if there are any.
        (replace(GOOD, bursts=(replace(BURST, writes=40), BURST)), Result.PASSED),
        (replace(GOOD, bursts=(replace(BURST, shown=400),)), Result.PASSED),
        (replace(SLOW, bursts=(Burst(409, 0, 0, 0),)), Result.FAILED),  # put off until the end
        # What fills no batch may be left; whoever stores nothing more is found here.
        (replace(GOOD, bursts=(), everything=Burst(429, 330, 4, None)), Result.PASSED),
        (replace(GOOD, bursts=(), everything=Burst(429, 329, 4, None)), Result.FAILED),
        # Where the system does not tell, the server's word is taken.
        (replace(GOOD, bursts=(UNCOUNTED,)), Result.PASSED),
        (replace(GOOD, bursts=(replace(UNCOUNTED, claimed_writes=400),)), Result.FAILED),
        (replace(GOOD, bursts=(replace(UNCOUNTED, claimed_writes=None),)), Result.CANNOT_TELL),
    ],
)
def test_a_burst_needs_few_writes(talk: Talk, result: Result) -> None:
    assert judged(processor.coalesces_burst, talk).result is result


@pytest.mark.parametrize(
    ("lone_ms", "few", "result"),
    [
        ([300, 55, 300], 20, Result.PASSED),  # noise
        ([55, 205, 206], 20, Result.FAILED),  # the first one was lucky
        ([55], 20, Result.FAILED),
        ([None], 20, Result.FAILED),
        ([55, 55, None], 20, Result.PASSED),
        ([55, 55, 55], 19, Result.FAILED),
    ],
)
def test_a_partial_batch_leaves_in_time(
    lone_ms: list[float | None], few: int, result: Result
) -> None:
    lone = tuple(replace(LONE, shown_ms=each) for each in lone_ms)
    talk = replace(GOOD, lone=lone, few=replace(GOOD.few, shown=few))

    assert judged(processor.flushes_partial_batch, talk).result is result


@pytest.mark.parametrize(
    ("open_at_once", "writes", "result"),
    [
        (1, [a_write(0), a_write(10)], Result.PASSED),
        (1, [a_write(9), a_write(0)], Result.FAILED),
        (1, [a_write(0), a_write(9, "messages_2.json")], Result.PASSED),
        (2, [a_write(0)], Result.FAILED),
        (1, [], Result.PASSED),
        (None, [a_write(0)], Result.PASSED),
        (None, [], Result.CANNOT_TELL),
    ],
)
def test_one_write_at_a_time(open_at_once: int | None, writes: list[Span], result: Result) -> None:
    talk = replace(GOOD, open_at_once=open_at_once)
    assert judged(processor.one_flush_at_a_time, talk, books(*writes)).result is result
