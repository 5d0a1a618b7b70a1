"""What is a submission in a folder, and what is not."""

import stat
from pathlib import Path

import pytest

from tests.checklist.handed_in import CannotGrade, grades_folder, handed_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for submissions."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    return folder


def test_folders_and_zips_are_submissions_and_the_rest_is_skipped_with_a_word(
    folder: Path, tmp_path: Path
) -> None:
    # given two submissions, and what else lies in such folders
    for name in ("alice", ".git", "grades"):
        (folder / name).mkdir()
    for name in ("Bob Smith.ZIP", ".DS_Store", "notes.txt"):
        (folder / name).touch()

    # when they are looked for
    found, skipped = handed_in(folder, folder / "grades")

    # then names are those of folders, or of zips without their ending
    assert sorted(each.name for each in found) == ["Bob Smith", "alice"]
    assert sorted(skipped) == [
        "skipped .DS_Store: hidden", "skipped .git: hidden",
        "skipped grades: the folder of the grades",
        "skipped notes.txt: neither a folder nor a zip",
    ]  # fmt: skip


@pytest.mark.parametrize("names", [("alice", "alice.zip"), ("alice.zip", "Alice")])
def test_two_of_one_name_are_refused(folder: Path, tmp_path: Path, names: tuple[str, str]) -> None:
    for name in names:
        (folder / name).mkdir() if "." not in name else (folder / name).touch()
    with pytest.raises(CannotGrade, match=r"would both be \w+: rename one"):
        handed_in(folder, tmp_path / "grades")


def test_a_name_is_fit_to_be_shown_and_is_none_of_ours(folder: Path, tmp_path: Path) -> None:
    (folder / "evil\x1b[2J").mkdir()
    assert [each.name for each in handed_in(folder, tmp_path)[0]] == ["evil\ufffd[2J"]
    (folder / "index.html").mkdir()
    with pytest.raises(CannotGrade, match="rename it"):
        handed_in(folder, tmp_path)


def test_nothing_to_grade_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotGrade, match="no submission"):
        handed_in(folder, tmp_path)
    with pytest.raises(CannotGrade, match="cannot read"):
        handed_in(folder / "missing", tmp_path)


def test_one_grading_at_a_time_writes_into_a_folder_that_is_nobody_elses(tmp_path: Path) -> None:
    out = tmp_path / "some" / "grades"
    with grades_folder(out):
        assert stat.S_IMODE(out.stat().st_mode) == 0o700
        with pytest.raises(CannotGrade, match="another grading"), grades_folder(out):
            pass
    with grades_folder(out):
        pass


def test_what_cannot_be_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotGrade, match="cannot write into"), grades_folder(tmp_path / "file"):
        pass
