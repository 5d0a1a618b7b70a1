"""One line of the zoo's table: an animal, its points, and whether the grader was right about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tests.checklist.check import Result
from tests.checklist.grade import Plan
from tests.checklist.grade_file import Grade
from tests.checklist.zoo.animal import Animal
from tests.checklist.zoo.expected import differences, expected_results

RIGHT, NOT_IN_QUICK = "as expected", "not looked at: only in full"


@dataclass(frozen=True)
class Row:
    """`decisive` is what was found by the check that names what is wrong with the animal;
    `faults` are what was not as expected, a line each. `looked_at`: whether that check was part of
    the grading, and anything was expected of it; else that all was as expected says little.
    """

    name: str
    points: str
    seconds: str
    decisive: str
    verdict: str
    faults: tuple[str, ...] = ()
    looked_at: bool = True

    @property
    def good(self) -> bool:
        """Whether the grader said nothing that was wrong."""
        return not self.faults

    @classmethod
    def of_none(cls, animal: Animal, problem: str) -> Self:
        """The row of an animal without a grade."""
        return cls(animal.name, "", "", "", "no grade", (problem,))

    @classmethod
    def of(cls, animal: Animal, grade: Grade, plan: Plan, full: bool) -> Self:
        """The row of a graded animal."""
        performed = {each.name for each in plan.part(full)}
        results = expected_results(animal, plan.checks, plan.rubric, performed)
        faults = differences(animal, results, grade, plan.rubric)
        if animal.most_s and grade.seconds > animal.most_s:
            faults.append(f"took {grade.seconds:.0f} s, of {animal.most_s:.0f} s at most")
        looked_at = results.get(animal.decisive) is not Result.NOT_RUN
        right = RIGHT if looked_at else NOT_IN_QUICK
        verdict = f"{len(faults)} otherwise" if faults else right
        if grade.isolation not in animal.levels:
            faults, looked_at = [], False
            verdict = f"nothing expected at isolation '{grade.isolation}'"
        found = {each.name: each.result.value for each in grade.findings}
        decisive = f"{animal.decisive} {found[animal.decisive]}" if animal.decisive else ""
        points = f"{grade.points:g} of {grade.max:g}"
        seconds = f"{grade.seconds:.0f}"
        return cls(animal.name, points, seconds, decisive, verdict, tuple(faults), looked_at)


def summary(rows: Sequence[Row]) -> str:
    """The last line: how often the grader was right, and of what it says nothing."""
    right = sum(row.good and row.looked_at for row in rows)
    unseen = sorted({row.name for row in rows if row.good and not row.looked_at})
    told = f"the grader was right about {right} of {len(rows)}"
    return f"{told}; not looked at: {', '.join(unseen)}" if unseen else told
