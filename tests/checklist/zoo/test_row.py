"""A row says whether the grader was right, and nothing where nothing can be expected of it."""

from dataclasses import replace

from tests.checklist.grade import Plan
from tests.checklist.sandbox.isolation import Level
from tests.checklist.scenario import Scenario
from tests.checklist.zoo.animal import Animal
from tests.checklist.zoo.row import Row, summary
from tests.checklist.zoo.test_expected import CHECKS, RIGHT, RUBRIC, WRONG, grade

LIFE = Scenario("life", "", 1.0, full=False, quiet=False, run=lambda stage: None)
PLAN = Plan([LIFE], CHECKS, RUBRIC)


def test_a_fault_of_the_grader_is_told_with_its_reason() -> None:
    row = Row.of(WRONG, replace(grade(life=True), isolation=Level.NONE.value), PLAN, full=True)
    assert (row.good, row.verdict, row.decisive) == (False, "1 otherwise", "a.keeps passed")
    assert row.faults == ("a.keeps: failed expected, passed found: right (expected: right)",)


def test_a_grading_that_took_too_long_is_a_fault() -> None:
    slow = replace(WRONG, fails=(), most_s=45)
    took = replace(grade(life=True), isolation=Level.NONE.value, seconds=60)
    assert Row.of(slow, took, PLAN, full=True).faults == ("took 60 s, of 45 s at most",)


def test_nothing_is_expected_below_the_animals_level() -> None:
    guarded = replace(WRONG, levels=(Level.OTHER_USER,))
    row = Row.of(guarded, replace(grade(life=True), isolation=Level.NONE.value), PLAN, full=True)
    assert row.good and not row.looked_at
    assert row.verdict == "nothing expected at isolation 'none'"


def test_what_a_quick_grading_does_not_look_at_is_no_proof() -> None:
    # given an animal whose fault only a full grading looks for, and two others
    slow = Animal("slow", "", fails=("b.fast",))
    quick = replace(grade(life=True), isolation=Level.NONE.value)
    rows = [Row.of(each, quick, PLAN, full=False) for each in (slow, RIGHT, WRONG)]

    # when they are graded, then it is right about one, wrong about one, and says nothing of one
    assert [(row.good, row.looked_at) for row in rows] == [
        (True, False), (True, True), (False, True),
    ]  # fmt: skip
    assert rows[0].verdict == "not looked at: only in full"
    assert summary(rows) == "the grader was right about 1 of 3; not looked at: slow"
    assert summary(rows[1:]) == "the grader was right about 1 of 2"
