"""What a change of files asks for: the checks that depend on them, and the scenarios of those."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from tests.checklist.check import Check, Result
from tests.checklist.judge import Finding
from tests.checklist.rubric import Rubric
from tests.checklist.scenario import Scenario


def touched(files: Iterable[str], checks: Iterable[Check], rubric: Rubric) -> set[str]:
    """The names of the checks that one of the files touches, by the patterns of the rubric.

    A pattern without a folder is that of a name in any folder.
    """
    paths = list(files)
    return {
        each.name
        for each in checks
        if any(
            fnmatchcase(path, pattern)
            for pattern in rubric.entry(each.name).touches
            for path in paths
        )
    }


def with_needs(names: Iterable[str], checks: Iterable[Check]) -> set[str]:
    """These checks and all that have to pass before them."""
    needs = {each.name: each.needs for each in checks}
    found, left = set[str](), set(names)
    while left:
        found |= left
        left = {need for name in left for need in needs[name]} - found
    return found


def only_quick(
    names: Iterable[str], checks: Sequence[Check], scenarios: Iterable[Scenario]
) -> set[str]:
    """Those that need no scenario of a full grading, neither themselves nor by what they need."""
    full = {each.name for each in scenarios if each.full}
    slow = {each.name for each in checks if full & set(each.on)}
    return {name for name in names if not slow & with_needs([name], checks)}


def scenarios_for(
    names: Iterable[str], checks: Sequence[Check], scenarios: Iterable[Scenario]
) -> list[Scenario]:
    """What has to be seen to judge these checks and what they need, in the usual order."""
    judged = with_needs(names, checks)
    seen = {scenario for each in checks if each.name in judged for scenario in each.on}
    return [each for each in scenarios if each.name in seen]


def looked_at(findings: Iterable[Finding]) -> list[Finding]:
    """Those that were looked at, or kept from it by one that was looked at and did not pass."""
    by_name = {each.name: each for each in findings}

    def root(finding: Finding) -> Finding:
        while finding.because in by_name:
            finding = by_name[finding.because]
        return finding

    return [each for each in by_name.values() if root(each).result is not Result.NOT_RUN]
