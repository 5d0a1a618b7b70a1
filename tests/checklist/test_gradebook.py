"""gradebook.csv, read back as a spreadsheet reads it."""

import csv
from dataclasses import replace
from pathlib import Path

from tests.checklist.example_grades import (
    MANUAL,
    example_grade,
    example_rubric,
    refused_grade,
    slow_grade,
)
from tests.checklist.grade_file import ByHand, Grade, Status
from tests.checklist.gradebook import write_gradebook


def rows(folder: Path, *grades: Grade) -> list[dict[str, str]]:
    """The gradebook of these grades."""
    path = folder / "gradebook.csv"
    write_gradebook(grades, example_rubric(), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_for_each_submission(tmp_path: Path) -> None:
    alice = replace(example_grade("Álice"), by_hand={MANUAL: ByHand(2.5, "clear")})
    first, second = rows(tmp_path, alice, slow_grade())
    assert first == {
        "name": "Álice", "processor": "20", "handler": "12", "load": "20", "documentation": "2.5",
        "total": "54.5", "max": "56", "by_hand": MANUAL, "needs_a_look": "",
        "isolation": "user namespace", "graded_at": "2026-12-31T23:59:00+00:00",
    }  # fmt: skip
    assert (second["name"], second["total"], second["by_hand"]) == ("bob", "23", "")
    assert "cannot tell: handler.order" in second["needs_a_look"]


def test_refused_has_0_and_not_graded_has_nothing(tmp_path: Path) -> None:
    died = Grade(submission="dave", items=(), status=Status.NOT_GRADED, problem="it died")
    refused, not_graded = rows(tmp_path, refused_grade(), died)
    assert (refused["total"], refused["needs_a_look"]) == ("0", "refused: it holds no attempt/")
    assert {not_graded[key] for key in ("processor", "total", "max")} == {""}
    assert not_graded["needs_a_look"] == "could not be graded: it died"


def test_a_name_is_no_formula(tmp_path: Path) -> None:
    names = ["=HYPERLINK(1)", "+1", "-1", "@a", 'with "quotes", commas']
    found = [row["name"] for row in rows(tmp_path, *(example_grade(name) for name in names))]
    assert found == ["'=HYPERLINK(1)", "'+1", "'-1", "'@a", 'with "quotes", commas']
