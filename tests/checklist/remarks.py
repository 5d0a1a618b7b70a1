"""What needs the instructor's eye in a grade, because a machine should not have the last word."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.checklist.check import Result
from tests.checklist.grade_file import Grade, Status
from tests.checklist.judge import Finding

TO_BE_JUDGED = "to be judged by hand"


@dataclass(frozen=True)
class Remark:
    """One thing to look at: what kind it is, which check, and what is to be known."""

    kind: str
    check: str  # empty: the submission as a whole
    text: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.kind, self.check, self.text)))


def remarks(grade: Grade) -> list[Remark]:
    """All remarks on a grade; a check that was decided by hand needs none."""
    if grade.status is not Status.GRADED:
        return [Remark(grade.status, "", grade.problem.partition("\n")[0])]
    open_findings = (each for each in grade.findings if each.name not in grade.by_hand)
    return [remark for each in open_findings for remark in _of_check(each, grade)]


def _of_check(finding: Finding, grade: Grade) -> Iterator[Remark]:
    if finding.name in grade.manual:
        yield Remark(TO_BE_JUDGED, finding.name, f"up to {finding.max:g} points")
    elif finding.result is Result.CANNOT_TELL:
        worth = f"{finding.points:g} points were given" if finding.points else "no points"
        yield Remark("cannot tell", finding.name, worth)
    elif finding.word:
        yield Remark(finding.word, finding.name, "no points")
