"""Hints come one step at a time, and the reference when there is nothing left to give away."""

from pathlib import Path

import pytest

from tests.checklist.check import Result, Verdict
from tests.checklist.example_grades import (
    GUIDANCE,
    HINTS,
    MANUAL,
    example_grade,
    example_rubric,
    failed,
)
from tests.checklist.hints import NoHint, find, give, main
from tests.checklist.progress_file import Progress

BURST, PARTIAL = "processor.burst", "processor.partial"
RUBRIC = example_rubric()
SLOW = failed("at most 11 writes for 400 messages", "400 writes")


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    """That of somebody who begins."""
    return Progress(Path("attempt"), tmp_path / "progress.json")


def note(progress: Progress, **seen: Verdict) -> None:
    """A check of the submission, in which these of the processor are as given."""
    found = {f"processor.{name}": verdict for name, verdict in seen.items()}
    progress.note(example_grade(seen=found).findings)


def hint(progress: Progress, name: str | None = None) -> str:
    """What somebody is told who asks."""
    return "\n".join(give(RUBRIC, find(RUBRIC, name, progress.marks), progress))


def test_each_time_one_more_is_given(progress: Progress) -> None:
    given = [hint(progress, BURST) for _ in range(4)]
    for number, text in enumerate(given[:3], 1):
        assert [each in text for each in HINTS] == [step < number for step in range(3)]
        assert f"hint {number} of 3" in text
    assert "the last one" in given[2]
    assert given[3] == given[2]


def test_the_first_one_that_failed_is_meant(progress: Progress) -> None:
    note(progress, partial=Verdict(Result.CANNOT_TELL, "57 ms", "nothing"), burst=SLOW)
    assert BURST in hint(progress)


def test_what_could_not_be_told_is_meant_when_nothing_failed(progress: Progress) -> None:
    note(progress, partial=Verdict(Result.CANNOT_TELL, "57 ms", "nothing"))
    assert PARTIAL in hint(progress)


def test_the_reference_is_named_when_the_whole_item_is_earned(progress: Progress) -> None:
    note(progress, burst=SLOW)
    assert "solution/" not in hint(progress, PARTIAL)
    assert "solution/" not in "".join(hint(progress, BURST) for _ in range(4))
    note(progress)
    assert "solution/message_processor.py" in hint(progress, BURST)


def test_the_reference_is_kept_from_who_has_not_done_the_lesson(progress: Progress) -> None:
    # given who changed nothing: the handler is the challenge's, and right
    note(progress, burst=SLOW)
    assert progress.marks["handler.serves"].earned_at

    # when they ask for it, then nothing is given away
    assert "solution/" not in hint(progress, "handler.serves")

    # and once the processor is right, it is named
    note(progress)
    assert "solution/socket_handler.py" in hint(progress, "handler.serves")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (None, "make check"),
        ("processor.brust", "did you mean processor.burst?"),
        ("x", BURST),
        (MANUAL, GUIDANCE),
    ],
)
def test_where_there_is_no_hint_it_says_why(
    progress: Progress, name: str | None, told: str
) -> None:
    with pytest.raises(NoHint, match=told.replace("?", r"\?")):
        hint(progress, name)


def test_when_nothing_failed_it_says_so(progress: Progress) -> None:
    note(progress)
    with pytest.raises(NoHint, match="FULL=1"):
        hint(progress)


def test_the_command_ends_with_2_where_there_is_no_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["no.check", "--progress", str(tmp_path / "progress.json")]) == 2
    assert "no.check" in capsys.readouterr().err
