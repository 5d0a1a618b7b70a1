"""What needs the instructor's eye."""

from dataclasses import replace

from tests.checklist.check import Result, Verdict
from tests.checklist.example_grades import MANUAL, example_grade, failed, refused_grade, slow_grade
from tests.checklist.grade_file import ByHand, Grade, Status
from tests.checklist.remarks import remarks
from tests.checklist.trouble import Trouble, Word


def told(grade: Grade) -> list[str]:
    """The remarks, as texts."""
    return [str(each) for each in remarks(grade)]


def test_a_good_grade_waits_for_what_is_judged_by_hand_only() -> None:
    assert told(example_grade()) == [f"to be judged by hand: {MANUAL}: up to 4 points"]
    judged = replace(example_grade(), by_hand={MANUAL: ByHand(4, "clear")})
    assert told(judged) == []


def test_a_failed_check_is_no_doubt() -> None:
    grade = example_grade(seen={"handler.serves": failed("a broadcast", "nothing")})
    assert len(told(grade)) == 1


def test_cannot_tell_is_told_with_what_it_earned() -> None:
    unsure = Verdict(Result.CANNOT_TELL, "at least 2 times", "1.1 to 4.0 times")
    assert "cannot tell: load.faster: 10 points were given" in told(
        example_grade(seen={"load.faster": unsure})
    )
    assert "cannot tell: handler.order: no points" in told(slow_grade())


def test_trouble_is_told_by_its_word() -> None:
    grade = example_grade(seen=Trouble(Word.TIMED_OUT, "it hangs"))
    assert told(grade)[0] == "timed out: handler.serves: no points"


def test_what_has_no_grade_says_why_in_a_line() -> None:
    assert told(refused_grade()) == ["refused: it holds no attempt/"]
    grade = Grade(submission="dave", items=(), status=Status.NOT_GRADED, problem="died\nlog\nlog")
    assert told(grade) == ["could not be graded: died"]
