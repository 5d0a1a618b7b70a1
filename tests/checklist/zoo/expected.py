"""What the grader must say of an animal, check by check, and how that differs from what it said."""

from collections.abc import Collection, Mapping, Sequence

from tests.checklist.check import Check, Result
from tests.checklist.grade_file import Grade
from tests.checklist.judge import Finding
from tests.checklist.rubric import Rubric
from tests.checklist.zoo.animal import Animal


def expected_results(
    animal: Animal, checks: Sequence[Check], rubric: Rubric, performed: Collection[str]
) -> dict[str, Result]:
    """By check. `performed` names the scenarios that are part of the grading.

    A check passes unless the animal fails it, or one that it needs is not passed; without
    its scenarios, and where only the instructor can judge, it is not run.
    """
    by_name = {each.name: each for each in checks}
    results: dict[str, Result] = {}

    def look(name: str) -> Result:
        if name not in results:
            results[name] = _expected(by_name[name])
        return results[name]

    def _expected(check: Check) -> Result:
        kept_out = any(look(parent) is not Result.PASSED for parent in check.needs)
        if kept_out or not performed_all(check):
            return Result.NOT_RUN
        if check.name in animal.unclear:
            return Result.CANNOT_TELL
        return Result.FAILED if check.name in animal.fails else Result.PASSED

    def performed_all(check: Check) -> bool:
        return all(name in performed for name in check.on)

    entries = [entry for item in rubric.items for entry in item.entries]
    return {each.name: Result.NOT_RUN if each.manual else look(each.name) for each in entries}


def expected_points(results: Mapping[str, Result], rubric: Rubric) -> dict[str, float]:
    """By item, the points that those results earn."""
    return {
        item.id: sum(each.points for each in item.entries if results[each.name] is Result.PASSED)
        for item in rubric.items
    }


def differences(
    animal: Animal, results: Mapping[str, Result], grade: Grade, rubric: Rubric
) -> list[str]:
    """What a grade says otherwise than expected, a line each; none if it is as it should be."""
    told = []
    found = {each.name: each for each in grade.findings}
    if animal.decisive and (word := found[animal.decisive].word) != animal.word:
        told.append(f"{animal.decisive}: {animal.word!r} expected, {word!r} found")
    for name, expected in results.items():
        finding = found[name]
        # A machine that is too busy to tell costs nobody a point, and the animal is the same.
        earned = finding.result is Result.CANNOT_TELL and finding.points == finding.max
        seen = Result.PASSED if earned else finding.result
        if seen is not expected:
            told.append(f"{name}: {expected} expected, {finding.result} found: {_why(finding)}")
    if told:
        return told
    points = expected_points(results, rubric)
    return [
        f"{item.id}: {points[item.id]:g} points expected, {item.points:g} given"
        for item in grade.items
        if round(item.points - points[item.id], 2)
    ]


def _why(finding: Finding) -> str:
    expected = f" (expected: {finding.expected})" if finding.expected else ""
    return f"{finding.actual or 'as it should be'}{expected}"
