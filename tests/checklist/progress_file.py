"""What a participant has done so far, in a plain file: results/progress.json.

By submission and check: the last result, when the point was first earned, and how many hints were
shown. It lies outside of the submission, so that a copy or zip of attempt/ holds nothing but the
work; `make clean` leaves it. Whoever edits it sees hints earlier, and gets no point for it. Two
commands that write at the same moment may lose one note; the next check makes it good.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from load_test.experiment.processes import PROJECT
from tests.checklist.check import Result
from tests.checklist.judge import Finding
from tests.checklist.touched import looked_at
from tests.checklist.words import next_step

PATH = PROJECT / "results" / "progress.json"


@dataclass(frozen=True)
class Mark:
    """What is known of one check; `earned_at` is the first time that it gave all its points."""

    result: str = Result.NOT_RUN.value
    earned_at: str | None = None  # ISO 8601, UTC
    hints: int = 0  # that were shown


Marks = Mapping[str, Mark]


class Progress:
    """The progress of one submission, read anew from the file each time, and written at once.

    A file that is damaged is set aside, and a new one begun; `notice` says so, empty otherwise.
    """

    def __init__(self, submission: Path, path: Path = PATH) -> None:
        self.notice = ""
        self._path = path
        self._of = str(submission.resolve())

    @property
    def marks(self) -> Marks:
        """What is known, by check."""
        return self._read().get(self._of, {})

    def note(self, findings: Iterable[Finding]) -> None:
        """Remember what checks found; what was not looked at keeps its last result.

        The first hint of what failed is shown beside it, and so counts as shown.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        marks = dict(self.marks)
        for each in looked_at(findings):
            before = marks.get(each.name, Mark())
            earned = each.max > 0 and each.points >= each.max
            earned_at = before.earned_at or (now if earned else None)
            hints = max(before.hints, 1) if next_step(each) else before.hints
            marks[each.name] = Mark(each.result.value, earned_at, hints)
        self._write(marks)

    def show_hint(self, check: str, steps: int) -> int:
        """Count one more hint of a check as shown, `steps` at most; how many that makes."""
        mark = self.marks.get(check, Mark())
        shown = min(mark.hints + 1, steps)
        self._write({**self.marks, check: replace(mark, hints=shown)})
        return shown

    def _read(self) -> dict[str, dict[str, Mark]]:
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                submission: {check: _mark(each) for check, each in marks.items()}
                for submission, marks in document.items()
            }
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError):
            stamp = f"{datetime.now():%Y%m%d-%H%M%S}"
            aside = self._path.with_name(f"{self._path.name}.damaged-{stamp}")
            self._path.rename(aside)
            self.notice = f"{self._path.name} was damaged and begins anew; the old one is {aside}"
            return {}

    def _write(self, marks: Marks) -> None:
        everybody = {**self._read(), self._of: marks}
        document = {
            submission: {check: asdict(mark) for check, mark in each.items()}
            for submission, each in everybody.items()
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f"{self._path.name}.tmp")
        temporary.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        temporary.replace(self._path)


def _mark(table: Mapping[str, Any]) -> Mark:
    """A mark as it stands in the file. Raises ValueError or TypeError for anything else."""
    mark = Mark(**table)
    Result(mark.result)
    if isinstance(mark.hints, bool) or not isinstance(mark.hints, int) or mark.hints < 0:
        raise ValueError(f"hints must be a number from 0 on, not {mark.hints!r}")
    return mark
