"""What a participant has done is remembered, in a file that people can read."""

import json
from pathlib import Path

import pytest

from tests.checklist.check import Result, Verdict
from tests.checklist.example_grades import example_grade, failed
from tests.checklist.judge import Finding
from tests.checklist.progress_file import Mark, Progress

ATTEMPT = Path("attempt")
BURST = "processor.burst"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the progress is kept: in a folder that is not there yet."""
    return tmp_path / "results" / "progress.json"


def found(**seen: Verdict) -> list[Finding]:
    """The findings of a grade in which these of the processor are as given, and all else well."""
    return example_grade(seen={f"processor.{name}": seen[name] for name in seen}).findings


FAILED = found(burst=failed("at most 11 writes", "400 writes"))
PASSED = found()


def test_nothing_is_known_at_first(path: Path) -> None:
    assert Progress(ATTEMPT, path).marks == {}
    assert not path.exists()


def test_results_are_remembered_and_when_a_point_was_earned(path: Path) -> None:
    Progress(ATTEMPT, path).note(FAILED)
    marks = Progress(ATTEMPT, path).marks
    assert marks[BURST].result == Result.FAILED
    assert marks[BURST].earned_at is None
    assert marks["handler.order"].earned_at

    Progress(ATTEMPT, path).note(PASSED)
    assert Progress(ATTEMPT, path).marks[BURST].earned_at


def test_what_was_earned_once_stays_so(path: Path) -> None:
    progress = Progress(ATTEMPT, path)
    progress.note(PASSED)
    first = progress.marks[BURST].earned_at
    progress.note(FAILED)
    assert progress.marks[BURST].result == Result.FAILED
    assert progress.marks[BURST].earned_at == first


def test_what_was_not_looked_at_keeps_its_result(path: Path) -> None:
    progress = Progress(ATTEMPT, path)
    progress.note(PASSED)
    [load] = [each for each in PASSED if each.name == "load.ledger"]
    [faster] = [each for each in PASSED if each.name == "load.faster"]
    not_run = {"result": Result.NOT_RUN, "points": 0}
    left_out = Finding(**vars(load) | not_run)
    kept_from_it = Finding(**vars(faster) | not_run | {"because": "load.ledger"})
    progress.note([left_out, kept_from_it])
    assert progress.marks["load.ledger"].result == Result.PASSED
    assert progress.marks["load.faster"].result == Result.PASSED


def test_the_first_hint_of_what_failed_was_shown_with_it(path: Path) -> None:
    progress = Progress(ATTEMPT, path)
    progress.note(FAILED)
    assert progress.marks[BURST].hints == 1
    assert progress.marks["handler.order"].hints == 0


def test_hints_are_counted_up_to_the_last(path: Path) -> None:
    shown = [Progress(ATTEMPT, path).show_hint(BURST, 3) for _ in range(4)]
    assert shown == [1, 2, 3, 3]
    Progress(ATTEMPT, path).note(FAILED)
    assert Progress(ATTEMPT, path).marks[BURST].hints == 3


def test_each_submission_has_its_own(path: Path) -> None:
    Progress(ATTEMPT, path).show_hint(BURST, 3)
    assert Progress(Path("other"), path).marks == {}
    Progress(Path("other"), path).note(PASSED)
    assert Progress(ATTEMPT, path).marks == {BURST: Mark(hints=1)}


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", '{"x": []}', '{"x": {"y": {"result": "fine"}}}', '{"x": {"y": {"hints": -1}}}',
        '{"x": {"y": {"points": 3}}}', "\udcff",
    ],
)  # fmt: skip
def test_a_damaged_file_is_set_aside(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_bytes(text.encode(errors="surrogateescape"))
    progress = Progress(ATTEMPT, path)
    progress.note(PASSED)
    assert "damaged" in progress.notice
    assert progress.marks[BURST].result == Result.PASSED
    [aside] = path.parent.glob("progress.json.damaged-*")
    assert aside.read_bytes() == text.encode(errors="surrogateescape")


def test_people_can_read_it(path: Path) -> None:
    Progress(ATTEMPT, path).note(PASSED)
    [(submission, marks)] = json.loads(path.read_text(encoding="utf-8")).items()
    assert submission == str(ATTEMPT.resolve())
    assert marks[BURST].keys() == {"result", "earned_at", "hints"}
    assert marks[BURST]["result"] == "passed"
