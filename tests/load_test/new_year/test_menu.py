"""The questions, answered from a pipe; test_new_year_load_test.py answers them on a terminal."""

import io

import pytest

from load_test.new_year.menu import ask_level, ask_server
from load_test.new_year.plan import LEVELS


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Somebody types some lines."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_return_alone_chooses_the_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "", "")
    assert ask_server() == "http://127.0.0.1:4001"
    assert ask_level("evening") == "evening"


def test_a_wrong_answer_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "0", "five", "3", "²", "6")
    assert ask_server() == "http://127.0.0.1:4000"
    assert ask_level("evening") == "times-square"
    said = capsys.readouterr().out
    assert all(f"'{wrong}' is not one of them" in said for wrong in ("0", "five", "²"))


def test_another_address_is_asked_until_it_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "4", "nowhere", "localhost:5000")
    assert ask_server() == "http://localhost:5000"
    assert "'nowhere' is none of" in capsys.readouterr().out


def test_each_level_is_shown_with_its_objective_and_its_lesson(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "1")
    ask_level("evening")
    said = capsys.readouterr().out
    assert "Objectives: every greeting is delivered, 95 of 100 within so many ms." in said
    for level in LEVELS.values():
        line = next(line for line in said.splitlines() if level.title in line)
        assert f" {level.objective_p95_ms:,} ms  {level.lesson}" in line
