"""The page that a participant gets: what was asked for, what was seen, and what to look at next."""

from pathlib import Path

from tests.checklist.figures import figures
from tests.checklist.grade_file import Grade
from tests.checklist.pages import render, write_page
from tests.checklist.words import reference, worst_first

FILE_NAME = "report.html"
MOST_FIRST = 3  # things to look at first: more would not be first


def write_report(grade: Grade, folder: Path) -> Path:
    """Write report.html into `folder`; its path."""
    path = folder / FILE_NAME
    write_page(render_report(grade), path)
    return path


def render_report(grade: Grade) -> str:
    """The page as HTML."""
    return render(
        "report.html.j2",
        grade=grade,
        first=worst_first(grade)[:MOST_FIRST],
        compare=lambda item: reference(grade, item),
        measured=figures(grade.measured),
    )
