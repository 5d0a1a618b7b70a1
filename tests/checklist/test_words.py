"""What is said of a grade."""

from dataclasses import replace

from tests.checklist.check import Result, Verdict
from tests.checklist.example_grades import MANUAL, example_grade, slow_grade
from tests.checklist.grade_file import ByHand
from tests.checklist.trouble import Trouble, Word
from tests.checklist.words import (
    clock,
    is_good,
    left_out,
    next_step,
    points,
    reference,
    worst_first,
)


def test_points_have_no_dust() -> None:
    assert points(0.1 + 0.2) == "0.3"
    assert points(12.0) == "12"


def test_clock() -> None:
    assert clock(65.9) == "1:05"


def test_good_is_what_has_nothing_against_it() -> None:
    assert is_good(example_grade())
    assert not is_good(slow_grade())
    assert not is_good(example_grade(seen=Trouble(Word.CRASHED, "it died")))
    earns = {"load.faster": Verdict(Result.CANNOT_TELL, "2 times", "1 to 4 times")}
    assert is_good(example_grade(seen=earns))
    open_parent = {"handler.serves": Verdict(Result.CANNOT_TELL, "a broadcast", "?")}
    assert not is_good(example_grade(seen=open_parent))


def test_the_reference_is_named_only_when_all_of_an_item_is_earned() -> None:
    grade = slow_grade()
    assert [reference(grade, item) for item in grade.items] == ["", "", "", ""]
    grade = example_grade()
    assert [reference(grade, item) for item in grade.items] == [
        "solution/message_processor.py", "solution/socket_handler.py",
        "diff -u challenge solution", "solution/ANSWER.md",
    ]  # fmt: skip


def test_an_unchanged_challenge_is_not_told_the_answer() -> None:
    # given all points but those of the lesson itself
    grade = example_grade(seen={"processor.partial": Verdict(Result.FAILED, "200 ms", "never")})
    assert [grade.item_points(item) for item in grade.items] == [12, 12, 20, 0]
    assert [reference(grade, item) for item in grade.items] == ["", "", "", ""]


def test_only_what_was_looked_at_has_a_next_step() -> None:
    steps = {each.name: next_step(each) for each in slow_grade().findings}
    assert steps["processor.burst"] == steps["handler.order"] != ""
    assert steps["processor.partial"] == steps["load.faster"] == ""


def test_worst_first_counts_what_hangs_on_a_check() -> None:
    # load.faster was not run because processor.burst failed
    assert [(each.name, lost) for each, lost in worst_first(slow_grade())] == [
        ("processor.burst", 22), ("handler.order", 7),
    ]  # fmt: skip
    assert worst_first(example_grade()) == []


def test_worst_first_knows_points_by_hand() -> None:
    given = replace(slow_grade(), by_hand={"handler.order": ByHand(7, "it is right")})
    assert [each.name for each, _ in worst_first(given)] == ["processor.burst"]


def test_what_was_left_out_is_no_fault() -> None:
    # processor.burst stands on handler.serves, which was not looked at either
    grade = example_grade(evidence={})
    assert is_good(grade)
    assert worst_first(grade) == []
    assert len(left_out(grade)) == len(grade.findings)
    assert [each.name for each in left_out(slow_grade())] == [MANUAL]
