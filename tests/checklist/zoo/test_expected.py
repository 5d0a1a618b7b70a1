"""What is expected of a check follows from the animal, and from the checks that it needs."""

from tests.checklist.check import Check, Result, Verdict, expect
from tests.checklist.grade_file import Grade
from tests.checklist.judge import judge
from tests.checklist.rubric import Entry, Item, Rubric
from tests.checklist.trouble import Trouble, Word
from tests.checklist.zoo.animal import Animal
from tests.checklist.zoo.expected import differences, expected_points, expected_results

PERFORMED = ("life",)


def entry(name: str, points: float, manual: bool = False, earns: bool = False) -> Entry:
    """An entry of the rubric."""
    return Entry(name, points, ("", "", ""), ("*",), {}, manual, "", earns)


def check(name: str, on: str, *needs: str) -> Check:
    """A check that passes if its evidence is true, and cannot tell if it is None."""

    def look(evidence: bool | None) -> Verdict:
        if evidence is None:
            return Verdict(Result.CANNOT_TELL, "quiet", "noise")
        return expect(evidence, "right", "right" if evidence else "wrong")

    return Check(name, "", (on,), needs, look)


CHECKS = (
    check("a.serves", "life"),
    check("a.keeps", "life", "a.serves"),
    check("b.fast", "race", "a.keeps"),
)
RUBRIC = Rubric(
    (
        Item("a", "", (entry("a.serves", 2), entry("a.keeps", 3))),
        Item("b", "", (entry("b.fast", 4, earns=True), entry("b.essay", 1, manual=True))),
    )
)
RIGHT = Animal("right", "")
WRONG = Animal("wrong", "", fails=("a.keeps",))


def grade(**evidence: bool | Trouble | None) -> Grade:
    """The grade that evidence leads to."""
    return Grade(submission="it", items=judge(evidence, CHECKS, RUBRIC))


def test_all_passes_but_what_nobody_looked_at_and_what_a_person_judges() -> None:
    results = expected_results(RIGHT, CHECKS, RUBRIC, PERFORMED)
    assert list(results.values()) == ["passed", "passed", "not_run", "not_run"]
    assert expected_points(results, RUBRIC) == {"a": 5, "b": 0}
    assert differences(RIGHT, results, grade(life=True), RUBRIC) == []


def test_what_needs_a_check_that_fails_is_not_run() -> None:
    results = expected_results(WRONG, CHECKS, RUBRIC, ("life", "race"))
    assert list(results.values()) == ["passed", "failed", "not_run", "not_run"]
    assert expected_points(results, RUBRIC) == {"a": 2, "b": 0}


def test_what_is_otherwise_is_told() -> None:
    results = expected_results(WRONG, CHECKS, RUBRIC, PERFORMED)
    [told] = differences(WRONG, results, grade(life=True), RUBRIC)
    assert told == "a.keeps: failed expected, passed found: right (expected: right)"


def test_cannot_tell_is_as_good_as_passed_where_it_earns_as_much() -> None:
    results = expected_results(RIGHT, CHECKS, RUBRIC, ("life", "race"))
    assert differences(RIGHT, results, grade(life=True, race=None), RUBRIC) == []
    told = differences(RIGHT, results, grade(life=None, race=True), RUBRIC)
    assert [each.partition(":")[0] for each in told] == ["a.serves", "a.keeps", "b.fast"]


def test_it_counts_in_which_way_a_check_failed() -> None:
    crashed = Animal("crashed", "", fails=("a.serves",), word="crashed")
    results = expected_results(crashed, CHECKS, RUBRIC, PERFORMED)
    assert (
        differences(crashed, results, grade(life=Trouble(Word.CRASHED, "it ended")), RUBRIC) == []
    )
    [told] = differences(crashed, results, grade(life=False), RUBRIC)
    assert told == "a.serves: 'crashed' expected, '' found"
