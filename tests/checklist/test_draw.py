"""Everything that is drawn from the grades of a class."""

from pathlib import Path

import pytest

from tests.checklist.draw import draw_all, read_grades
from tests.checklist.example_grades import (
    MANUAL,
    example_grade,
    example_rubric,
    refused_grade,
    slow_grade,
)
from tests.checklist.grade_file import BadGradeFile, write_grade
from tests.checklist.overrides import BadOverrides


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with three grades."""
    for grade in (slow_grade("Zoe"), example_grade("alice"), refused_grade("carol")):
        (tmp_path / grade.submission).mkdir()
        write_grade(grade, tmp_path / grade.submission / "grade.json")
    return tmp_path


def test_all_pages_are_there_and_grades_go_by_their_folders(out: Path) -> None:
    (out / "carol").rename(out / "caroline")
    grades = draw_all(out, example_rubric())
    assert [grade.submission for grade in grades] == ["alice", "caroline", "Zoe"]
    assert {path.name for path in out.iterdir() if path.is_file()} == {
        "index.html", "gradebook.csv", "overrides.toml",
    }  # fmt: skip
    for name in ("alice", "caroline", "Zoe"):
        assert {each.name for each in (out / name).iterdir()} == {"grade.json", "report.html"}
        assert f"<h1>{name}:" in (out / name / "report.html").read_text(encoding="utf-8")


def test_reports_hold_nothing_of_others(out: Path) -> None:
    draw_all(out, example_rubric())
    names = {"alice", "carol", "Zoe"}
    for name in names:
        text = (out / name / "report.html").read_text(encoding="utf-8")
        assert [other for other in names - {name} if other in text] == []
        assert str(out) not in text


def test_overrides_count_in_all_that_is_drawn(out: Path) -> None:
    # given a remark by hand
    text = f'["alice"."{MANUAL}"]\npoints = 2.5\nreason = "clear and short"\n'
    (out / "overrides.toml").write_text(text)

    # when everything is drawn
    (alice, *_) = draw_all(out, example_rubric())

    # then it counts everywhere, and the files that it came from are as they were
    assert alice.points == 54.5
    assert "clear and short" in (out / "alice" / "report.html").read_text(encoding="utf-8")
    assert "54.5" in (out / "gradebook.csv").read_text(encoding="utf-8")
    assert "54.5" in (out / "index.html").read_text(encoding="utf-8")
    assert (out / "overrides.toml").read_text() == text
    assert read_grades(out)[0].points == 52


def test_who_has_no_grade_yet_may_have_overrides(out: Path) -> None:
    (out / "overrides.toml").write_text(f'["dave"."{MANUAL}"]\npoints = 1\nreason = "r"\n')
    with pytest.raises(BadOverrides, match="no submission 'dave'"):
        draw_all(out, example_rubric())
    assert not (out / "index.html").exists()
    draw_all(out, example_rubric(), others=["dave"])


def test_a_grade_that_is_not_whole_is_named(out: Path) -> None:
    (out / "alice" / "grade.json").write_text("{")
    with pytest.raises(BadGradeFile, match=r"alice/grade\.json"):
        draw_all(out, example_rubric())


def test_nothing_graded_yet_is_drawn_too(tmp_path: Path) -> None:
    assert draw_all(tmp_path, example_rubric()) == []
    assert "0 submissions" in (tmp_path / "index.html").read_text(encoding="utf-8")
