"""A check that cannot judge its evidence costs its own points, and no other's."""

from dataclasses import replace
from typing import Any

import pytest

from tests.checklist.check import Check, Verdict
from tests.checklist.example_grades import MANUAL, example_checks, example_grade, example_rubric
from tests.checklist.judge import Finding, judge
from tests.checklist.remarks import remarks
from tests.checklist.trouble import Word

BURST = "processor.burst"


def trip(seen: Any) -> Verdict:
    """A judge that nobody had told of such evidence."""
    raise KeyError("acknowledged")


def judged(checks: list[Check]) -> dict[str, Finding]:
    """What checks find where all is well, by name."""
    items = judge({"seen": {}}, checks, example_rubric())
    return {each.name: each for item in items for each in item.findings}


def test_a_check_that_raises_costs_itself_and_what_needs_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # given a check that raises
    checks = [
        replace(each, judge=trip) if each.name == BURST else each for each in example_checks()
    ]

    # when all are judged
    found = judged(checks)

    # then it says so, what needs it was not run, and everything else counts as before
    burst, child = found.pop(BURST), found.pop("load.faster")
    assert (burst.word, burst.points) == (Word.GRADER_FAILED, 0)
    assert burst.actual == "grader failed: KeyError: 'acknowledged'"
    assert (child.because, child.points) == (BURST, 0)
    others = [each for name, each in judged(example_checks()).items() if name in found]
    assert list(found.values()) == others

    # and the instructor is told, and the log has the place
    grade = replace(example_grade(), items=judge({"seen": {}}, checks, example_rubric()))
    told = [str(each) for each in remarks(grade) if each.check != MANUAL]
    assert told == [f"grader failed: {BURST}: no points"]
    assert f"check {BURST} failed" in caplog.text
    assert "in trip" in caplog.text
