"""A file is put back after a question, with a backup, and nothing else is touched."""

import io
from pathlib import Path

import pytest

from tests.checklist.reset import CHALLENGE, main

FILE = "data_manager.py"
OURS = (CHALLENGE / FILE).read_text(encoding="utf-8")
MINE = "mine = 1\n"


@pytest.fixture
def attempt(tmp_path: Path) -> Path:
    """An attempt with one file changed."""
    folder = tmp_path / "attempt"
    folder.mkdir()
    (folder / FILE).write_text(MINE)
    return folder


def answer(patch: pytest.MonkeyPatch, text: str) -> None:
    """What is typed."""
    patch.setattr("sys.stdin", io.StringIO(text))


def backups(folder: Path) -> list[Path]:
    """The files that were kept."""
    return list(folder.glob("*.before-reset-*"))


def test_after_a_yes_it_is_the_challenges_and_the_old_one_is_kept(
    attempt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "y\n")
    assert main([FILE], attempt) == 0
    assert (attempt / FILE).read_text() == OURS
    [backup] = backups(attempt)
    assert backup.read_text() == MINE
    told = capsys.readouterr().out
    assert f"Put attempt/{FILE} back" in told
    assert backup.name in told


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_without_a_yes_it_stays(attempt: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    answer(monkeypatch, typed)
    assert main([FILE], attempt) == 0
    assert (attempt / FILE).read_text() == MINE
    assert backups(attempt) == []


def test_with_yes_nobody_is_asked(attempt: Path) -> None:
    assert main([f"attempt/{FILE}", "--yes"], attempt) == 0
    assert (attempt / FILE).read_text() == OURS


def test_a_file_that_was_deleted_comes_back(attempt: Path) -> None:
    assert main(["page/feed.js", "--yes"], attempt) == 0
    assert (attempt / "page" / "feed.js").read_bytes() == (
        CHALLENGE / "page" / "feed.js"
    ).read_bytes()
    assert backups(attempt / "page") == []


def test_a_file_that_is_the_challenges_already_is_left_alone(attempt: Path) -> None:
    (attempt / FILE).write_text(OURS)
    assert main([FILE], attempt) == 0  # without a question: nothing is there to answer it
    assert backups(attempt) == []


def test_of_a_file_that_is_not_in_the_challenge_it_says_which_are(
    attempt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (attempt / "message_processor.py").write_text(MINE)
    assert main(["message_processor.py", "--yes"], attempt) == 2
    told = capsys.readouterr().err
    assert "the challenge has no message_processor.py" in told
    assert FILE in told
    assert "pyc" not in told
    assert (attempt / "message_processor.py").read_text() == MINE


@pytest.mark.parametrize("outside", ["../other.py", "/etc/hostname", "attempt/../../other.py"])
def test_nothing_outside_is_put_back(
    attempt: Path, outside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([outside, "--yes"], attempt) == 2
    assert "is not in attempt/" in capsys.readouterr().err


def test_a_link_out_of_it_is_not_followed(attempt: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "feed.js").write_text(MINE)
    (attempt / "page").symlink_to(elsewhere)
    assert main(["page/feed.js", "--yes"], attempt) == 2
    (attempt / "models.py").symlink_to(elsewhere / "feed.js")
    assert main(["models.py", "--yes"], attempt) == 0
    assert (elsewhere / "feed.js").read_text() == MINE
    assert not (attempt / "models.py").is_symlink()


def test_without_an_attempt_it_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([FILE], tmp_path / "attempt") == 2
    assert "make attempt" in capsys.readouterr().err
