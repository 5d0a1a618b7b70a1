"""What a grading shows in the terminal, and in a file."""

import io
from typing import Any

import pytest
from rich.console import Console

from tests.checklist.example_grades import (
    HINTS,
    example_grade,
    failed,
    refused_grade,
    slow_grade,
)
from tests.checklist.grade_file import Grade
from tests.checklist.scenario import Scenario
from tests.checklist.terminal import ClassProgress, ScenarioProgress, last_lines, print_grade

WIDTH = 80


def shown(grade: Grade) -> str:
    """The grade as a plain text; lines that were broken are joined."""
    file = io.StringIO()
    print_grade(grade, Console(file=file, width=WIDTH))
    assert max(map(len, file.getvalue().splitlines())) <= WIDTH
    return " ".join(file.getvalue().split())


def a_scenario(name: str, lasts_s: float = 4, quiet: bool = False) -> Scenario:
    """A scenario that is never run."""

    def run(_: Any) -> None:
        raise AssertionError(name)

    return Scenario(name, f"the scene {name}", lasts_s, False, quiet, run)


def test_what_failed_has_expected_actual_and_next() -> None:
    text = shown(slow_grade())
    assert (
        "failed 0/12 processor.burst A burst of messages is written a batch at a time. "
        "expected at most 11 writes for 400 messages actual 400 writes "
        f"next {HINTS[0]}"
    ) in text
    assert HINTS[1] not in text
    assert "passed 8/8 processor.partial failed 0/12 processor.burst" in text
    assert "not run 0/10 load.faster because processor.burst failed" in text
    assert "cannot tell 0/7 handler.order" in text
    assert "processor 8/20 A message processor" in text


def test_the_last_lines_tell_points_and_how() -> None:
    assert last_lines(slow_grade()) == [
        "23 of 56 points so far",
        "4 points are the instructor's to give",
        "full grading in 118 s, isolation: user namespace, seed 20261231",
    ]


def test_what_was_left_out_is_told_once_more_at_the_end() -> None:
    grade = example_grade(evidence={}, mode="quick")
    assert "52 points are only looked at in full: make check FULL=1" in last_lines(grade)
    assert "not run 0/10 load.ledger" in shown(grade)


def test_the_reference_is_named_only_where_all_is_earned() -> None:
    assert "solution" not in shown(slow_grade())
    assert "earned: compare with solution/message_processor.py" in shown(example_grade())


@pytest.mark.parametrize("evil", ["\x1b[2J", "[bold red]", "[/]", "\x07", "\u202e"])
def test_a_submission_cannot_colour_or_clear_the_terminal(evil: str) -> None:
    text = shown(example_grade(seen={"handler.serves": failed(evil, f"said {evil}.")}))
    assert not set(evil) & {"\x1b", "\x07", "\u202e"} & set(text)
    if evil.startswith("["):
        assert f"said {evil}." in text


def test_refused_is_told_check_by_check() -> None:
    assert "refused: it holds no attempt/" in shown(refused_grade())


def test_progress_tells_what_runs_and_what_is_left() -> None:
    file = io.StringIO()
    scenarios = [a_scenario("a"), a_scenario("b"), a_scenario("c", 30, quiet=True)]
    with ScenarioProgress(Console(file=file, width=WIDTH), scenarios) as progress:
        assert progress.line() == "0:00  (about 0:34 left)  "
        progress.tell("a", "begins")
        progress.tell("b", "begins")
        assert progress.line().endswith("the scene a, the scene b")
        progress.tell("a", "seen")
        progress.tell("b", "timed out")
        assert "(about 0:30 left)" in progress.line()
    lines = file.getvalue().splitlines()
    assert lines == ["the scene a: seen (0.0 s)", "the scene b: timed out (0.0 s)"]


def test_progress_of_a_class_has_a_line_for_each_submission() -> None:
    file = io.StringIO()
    with ClassProgress(Console(file=file, width=WIDTH), 3, 100, 2) as progress:
        assert progress.left_s() == pytest.approx(150)
        progress.begin("alice")
        progress.begin("carol")
        assert "alice 0:00, carol 0:00" in progress.line()
        progress.end("alice", example_grade())
        progress.end("carol", refused_grade())
        assert progress.left_s() < 1
    assert file.getvalue().splitlines() == [
        "1/3 alice: 52 of 56 points (0:00; about 0:00 left)",
        "2/3 carol: refused: it holds no attempt/ (0:00; about 0:00 left)",
    ]


def test_progress_shows_one_line_on_a_terminal() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=WIDTH)
    with ScenarioProgress(console, [a_scenario("a", 5, quiet=True)]) as progress:
        progress.tell("a", "begins")
    assert "left)  the scene a" in file.getvalue()
    assert file.getvalue().count("the scene a") == 1
