"""Draw everything that follows from the grades of a class and from what was decided by hand."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tests.checklist import gradebook, overview
from tests.checklist.grade_file import FILE_NAME, Grade, read_grade
from tests.checklist.gradebook import write_gradebook
from tests.checklist.overrides import FILE_NAME as OVERRIDES
from tests.checklist.overrides import read_overrides, with_overrides, write_example
from tests.checklist.overview import write_overview
from tests.checklist.report import write_report
from tests.checklist.rubric import Rubric

INDEX, GRADEBOOK = overview.FILE_NAME, gradebook.FILE_NAME


def read_grades(out: Path) -> list[Grade]:
    """The grades of a class, by name: of each folder that has one. Raises BadGradeFile."""
    paths = sorted(out.glob(f"*/{FILE_NAME}"), key=lambda path: path.parent.name.casefold())
    return [replace(read_grade(path), submission=path.parent.name) for path in paths]


def draw_all(out: Path, rubric: Rubric, others: Iterable[str] = ()) -> list[Grade]:
    """Write the reports, the gradebook and the overview; the grades, as they then count.

    `others` may have overrides, too, though they have no grade yet. Raises BadOverrides before
    anything is written, and BadGradeFile.
    """
    grades = read_grades(out)
    names = {grade.submission for grade in grades} | set(others)
    decided = read_overrides(out / OVERRIDES, names, rubric)
    grades = [with_overrides(grade, decided) for grade in grades]
    for grade in grades:
        write_report(grade, out / grade.submission)
    write_gradebook(grades, rubric, out / GRADEBOOK)
    write_overview(grades, rubric, out)
    if grades:
        write_example(out / OVERRIDES, grades[0].submission, rubric)
    return grades
