"""gradebook.csv: a row for each submission, for a spreadsheet or a learning platform."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from tests.checklist.grade_file import Grade, Status
from tests.checklist.remarks import remarks
from tests.checklist.rubric import Rubric
from tests.checklist.words import points

FILE_NAME = "gradebook.csv"
# A cell that begins so is a formula to a spreadsheet, and submissions choose their names.
FORMULA = ("=", "+", "-", "@")


def write_gradebook(grades: Sequence[Grade], rubric: Rubric, path: Path) -> None:
    """Write it, whole or not at all. Raises OSError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    items = [item.id for item in rubric.items]
    writer.writerow(
        ["name", *items, "total", "max", "by_hand", "needs_a_look", "isolation", "graded_at"]
    )
    writer.writerows(row(grade, items) for grade in grades)
    temporary = path.with_name(f"{path.name}.tmp")
    # With the mark at its beginning a spreadsheet reads names in any script.
    temporary.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    temporary.replace(path)


def row(grade: Grade, items: Sequence[str]) -> list[str]:
    """The cells of one submission. What could not be graded has no points, not even 0."""
    earned = {item.id: points(grade.item_points(item)) for item in grade.items}
    has_points = grade.status is not Status.NOT_GRADED
    return [
        _harmless(grade.submission),
        *(earned.get(item, "") for item in items),
        points(grade.points) if has_points else "",
        points(grade.max) if has_points else "",
        _harmless("; ".join(sorted(grade.by_hand))),
        _harmless("; ".join(map(str, remarks(grade)))),
        grade.isolation,
        grade.started_at,
    ]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
