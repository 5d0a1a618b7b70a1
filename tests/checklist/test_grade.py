"""Grading one submission: with scenarios of the tests' own, on a real stage."""

from pathlib import Path

import pytest

from tests.checklist import fingerprint
from tests.checklist.check import Result
from tests.checklist.example_grades import MANUAL, example_checks, example_rubric, failed
from tests.checklist.grade import Plan, grade_submission, not_graded
from tests.checklist.grade_file import Status
from tests.checklist.scenario import Scenario, Stage
from tests.checklist.trouble import Trouble, Word


def plan(full: bool = False) -> Plan:
    """One scenario, in which the server is as slow as the challenge."""

    def run(stage: Stage) -> object:
        assert stage.submission.name == "attempt"
        return {"processor.burst": failed("at most 11 writes", "400 writes")}

    scenario = Scenario("seen", "a look", 1, full, False, run)
    return Plan([scenario], example_checks(), example_rubric())


@pytest.fixture
def attempt(tmp_path: Path) -> Path:
    """A package that does nothing."""
    folder = tmp_path / "alice" / "attempt"
    folder.mkdir(parents=True)
    (folder / "__main__.py").write_text("")
    return folder


@pytest.mark.slow
def test_a_grade_tells_what_was_found_and_how(attempt: Path) -> None:
    told: list[tuple[str, str]] = []
    grade = grade_submission(
        attempt.parent, plan(), full=False, seed=7, tell=lambda *each: told.append(each)
    )
    assert told == [("seen", "begins"), ("seen", "seen")]
    assert (grade.submission, grade.mode, grade.seed, grade.points) == ("alice", "quick", 7, 30)
    assert (grade.content, grade.grader) == (
        fingerprint.of_package(attempt), fingerprint.of_grader(),
    )  # fmt: skip
    assert grade.isolation in ("none", "user namespace", "other user")
    assert grade.seconds > 0
    assert grade.versions["python"]
    assert grade.manual == {MANUAL}


def test_a_quick_grading_leaves_out_what_is_for_a_full_one() -> None:
    assert len(plan(full=True).part(full=True)) == len(plan().part(full=False)) == 1
    assert plan(full=True).part(full=False) == []


def test_what_is_no_submission_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as caught:
        grade_submission(tmp_path, plan(), full=False, seed=7, tell=lambda *_: None)
    assert caught.value.word is Word.REFUSED


def test_refused_has_failed_everything_and_not_graded_has_nothing() -> None:
    refused = not_graded("carol", Status.REFUSED, "it holds no attempt/", plan())
    assert (refused.points, refused.max) == (0, 56)
    roots = [each for each in refused.findings if each.result is Result.FAILED]
    assert {(each.name, each.word) for each in roots} == {("handler.serves", "refused")}
    died = not_graded("dave", Status.NOT_GRADED, "it died", plan())
    assert (died.items, died.status) == ((), "could not be graded")
