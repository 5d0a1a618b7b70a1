"""Grading a class: what has its grade is kept, what is refused is told, and the rest is started."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tests.checklist import fingerprint
from tests.checklist.example_grades import example_checks, example_grade, example_rubric
from tests.checklist.grade import Plan
from tests.checklist.grade_file import Status, read_grade, write_grade
from tests.checklist.handed_in import HandedIn
from tests.checklist.scenario import Scenario
from tests.checklist.whole_class import grade_class, jobs_of

PLAN = Plan(
    [Scenario("seen", "a look", 1, False, False, lambda _: {})], example_checks(), example_rubric()
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder for the grades."""
    (tmp_path / "grades").mkdir()
    return tmp_path / "grades"


@pytest.fixture
def alice(tmp_path: Path, out: Path) -> HandedIn:
    """A submission that has a grade of this grader."""
    package = tmp_path / "alice" / "attempt"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text("print(1)\n")
    grade = example_grade(content=fingerprint.of_package(package), grader=fingerprint.of_grader())
    (out / "alice").mkdir()
    write_grade(grade, out / "alice" / "grade.json")
    return HandedIn("alice", package.parent)


def console() -> Console:
    """A terminal that nobody looks at."""
    return Console(file=io.StringIO())


def to_grade(submission: HandedIn, out: Path, *again: str) -> bool:
    """Whether the submission is to be graded."""
    return bool(jobs_of([submission], out, PLAN, again, console()))


def test_what_has_its_grade_is_not_graded_again(alice: HandedIn, out: Path) -> None:
    before = (out / "alice" / "grade.json").read_bytes()
    shown = console()
    assert grade_class([alice], out, PLAN, (), 1, shown)
    assert (out / "alice" / "grade.json").read_bytes() == before
    assert isinstance(shown.file, io.StringIO)
    assert "0 to grade, 1 have their grade, 0 refused" in shown.file.getvalue()


def test_a_change_or_a_wish_grades_again(alice: HandedIn, out: Path) -> None:
    assert not to_grade(alice, out)
    assert to_grade(alice, out, "alice")
    (alice.path / "attempt" / "__main__.py").write_text("print(2)\n")
    assert to_grade(alice, out)


@pytest.mark.parametrize(
    "change", [{"grader": "older"}, {"status": Status.NOT_GRADED}, {"mode": "quick"}]
)
def test_the_grade_must_be_a_full_one_of_this_grader(
    alice: HandedIn, out: Path, change: dict[str, str]
) -> None:
    path = out / "alice" / "grade.json"
    write_grade(replace(read_grade(path), **change), path)  # type: ignore[arg-type]
    assert to_grade(alice, out)


def test_half_a_grade_is_none(alice: HandedIn, out: Path) -> None:
    path = out / "alice" / "grade.json"
    path.write_text(path.read_text(encoding="utf-8")[:500], encoding="utf-8")
    assert to_grade(alice, out)


def test_what_is_refused_gets_its_grade_at_once(tmp_path: Path, out: Path) -> None:
    # given a zip that is none
    (tmp_path / "carol.zip").write_bytes(b"not a zip")
    shown = console()

    # when it is to be graded
    assert grade_class([HandedIn("carol", tmp_path / "carol.zip")], out, PLAN, (), 1, shown)

    # then it has a grade that says why it has no points
    grade = read_grade(out / "carol" / "grade.json")
    assert (grade.status, grade.points) == (Status.REFUSED, 0)
    assert "neither a folder nor a sound zip" in grade.problem
    assert isinstance(shown.file, io.StringIO)
    assert "carol: refused:" in shown.file.getvalue()
