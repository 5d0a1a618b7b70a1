"""Grades made by hand, for the tests of what is drawn from them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.checklist.check import Check, Result, Verdict
from tests.checklist.figures import HIGH, LOW, RATIO
from tests.checklist.grade_file import Grade, Status
from tests.checklist.judge import judge
from tests.checklist.rubric import Entry, Item, Rubric
from tests.checklist.trouble import Trouble, Word

HINTS = (
    "Look at where send_message waits.",
    "Let it queue the message, and answer at once.",
    "self._processor.queue_message(message); return queued",
)
MANUAL = "documentation.quality"
GUIDANCE = "Would a colleague understand what was slow, and why?"
# Each check's points, what it needs, what it asks, and what is seen of it if all is well.
CHECKS: dict[str, tuple[float, str, str, str, str]] = {
    "processor.partial": (
        8, "handler.serves", "A batch that is not full leaves all the same.",
        "a lone message within 200 ms", "57 ms",
    ),
    "processor.burst": (
        12, "handler.serves", "A burst of messages is written a batch at a time.",
        "at most 11 writes for 400 messages", "5 writes",
    ),
    "handler.serves": (
        5, "", "The server starts, and a message goes round.", "a broadcast", "a broadcast",
    ),
    "handler.order": (
        7, "handler.serves", "Each sender's messages keep their order.",
        "400 in order", "400 in order",
    ),
    "load.ledger": (
        10, "handler.serves", "Under load nothing is lost, doubled or out of order.",
        "nothing lost of 2,000", "nothing lost of 2,000",
    ),
    "load.faster": (
        10, "processor.burst", "It is at least twice as fast as the challenge.",
        "at least 2 times", "8.4 times (5.1 to 13)",
    ),
}  # fmt: skip
TITLES = {
    "processor": "A message processor",
    "handler": "The socket handler",
    "load": "The load test passes",
    "documentation": "It is documented",
}
CANNOT_TELL_EARNS = "load.faster"


def example_rubric() -> Rubric:
    """Four items, one of them judged by hand."""
    entries: dict[str, list[Entry]] = {}
    for name, (points, *_) in CHECKS.items():
        earns = name == CANNOT_TELL_EARNS
        entry = Entry(name, points, HINTS, ("*",), {}, False, "", earns)
        entries.setdefault(entry.name.partition(".")[0], []).append(entry)
    entries["documentation"] = [Entry(MANUAL, 4, (), ("*",), {}, True, GUIDANCE, False)]
    return Rubric(tuple(Item(each, TITLES[each], tuple(entries[each])) for each in entries))


def example_checks() -> list[Check]:
    """Checks that find what the evidence of the scenario `seen` holds for them."""

    def judged(name: str, seen: Mapping[str, Verdict]) -> Verdict:
        _, _, _, expected, actual = CHECKS[name]
        return seen.get(name, Verdict(Result.PASSED, expected, actual))

    return [
        Check(name, asks, ("seen",), tuple(filter(None, [needs])), partial(judged, name))
        for name, (_, needs, asks, _, _) in CHECKS.items()
    ]


def example_grade(submission: str = "alice", seen: Any = None, **more: Any) -> Grade:
    """A grade in which all is well but what `seen` holds: a Verdict by check, or a Trouble."""
    evidence = more.pop("evidence", {"seen": {} if seen is None else seen})
    given: dict[str, Any] = {
        "content": "c0ffee" * 10, "grader": "decade" * 10, "isolation": "user namespace",
        "seed": 20_261_231, "started_at": "2026-12-31T23:59:00+00:00", "seconds": 118.4,
        "versions": {"python": "3.11.9", "git": None},
        "measured": {RATIO: 8.4, LOW: 5.1, HIGH: 13.0},
    }  # fmt: skip
    return Grade(
        submission=submission,
        items=judge(evidence, example_checks(), example_rubric()),
        manual=frozenset([MANUAL]),
        **given | more,
    )


def failed(expected: str, actual: str) -> Verdict:
    """A verdict that earns nothing."""
    return Verdict(Result.FAILED, expected, actual)


def slow_grade(submission: str = "bob") -> Grade:
    """Right, and as slow as the challenge."""
    seen = {
        "processor.burst": failed("at most 11 writes for 400 messages", "400 writes"),
        "handler.order": Verdict(Result.CANNOT_TELL, "400 in order", "3 arrived at one moment"),
    }
    return example_grade(submission, seen, measured={RATIO: 0.98})


def refused_grade(submission: str = "carol") -> Grade:
    """Not graded, because of what it is."""
    trouble = Trouble(Word.REFUSED, "it holds no attempt/")
    return example_grade(
        submission, trouble, status=Status.REFUSED, problem=trouble.detail, measured={},
        content="", isolation="",
    )  # fmt: skip
