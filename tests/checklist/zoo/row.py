"""One line of the zoo's table: an animal, its points, and whether the grader was right about it."""

from dataclasses import dataclass
from typing import Self

from tests.checklist.grade import Plan
from tests.checklist.grade_file import Grade
from tests.checklist.zoo.animal import Animal
from tests.checklist.zoo.expected import differences, expected_results

RIGHT = "as expected"


@dataclass(frozen=True)
class Row:
    """`decisive` is what was found by the check that names what is wrong with the animal;
    `faults` are what was not as expected, a line each.
    """

    name: str
    points: str
    seconds: str
    decisive: str
    verdict: str
    faults: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the grader was right."""
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
        verdict = f"{len(faults)} otherwise" if faults else RIGHT
        if grade.isolation not in animal.levels:
            faults, verdict = [], f"nothing expected at isolation '{grade.isolation}'"
        found = {each.name: each.result.value for each in grade.findings}
        decisive = f"{animal.decisive} {found[animal.decisive]}" if animal.decisive else ""
        points = f"{grade.points:g} of {grade.max:g}"
        seconds = f"{grade.seconds:.0f}"
        return cls(animal.name, points, seconds, decisive, verdict, tuple(faults))
