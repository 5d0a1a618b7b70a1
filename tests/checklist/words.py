"""What terminal and pages say in the same words."""

from collections.abc import Collection

from tests.checklist.check import Result
from tests.checklist.grade_file import Grade, round_points
from tests.checklist.judge import Finding, ItemGrade

RESULTS = {
    Result.PASSED: "passed",
    Result.FAILED: "failed",
    Result.NOT_RUN: "not run",
    Result.CANNOT_TELL: "cannot tell",
}
# What an answer may be compared with once it is right; before that it would be told too much.
REFERENCES = {
    "processor": "solution/message_processor.py",
    "handler": "solution/socket_handler.py",
    "batch": "solution/data_manager.py",
    "load": "diff -u challenge solution",
    "metrics": "solution/message_processor.py",
    "errors": "solution/message_processor.py",
    "documentation": "solution/ANSWER.md",
}
LESSON = "processor"


def points(value: float) -> str:
    """Points as people write them: 4 or 2.5."""
    return f"{round_points(value):g}"


def clock(seconds: float) -> str:
    """Minutes and seconds: 1:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def is_good(grade: Grade) -> bool:
    """Whether everything that was run passed, or counts as if it had."""
    aside = {each.name for each in left_out(grade)}
    return all(
        each.result is Result.PASSED or each.points > 0 or each.name in aside
        for each in grade.findings
    )


def left_out(grade: Grade) -> list[Finding]:
    """The checks that were not meant to be run: those by hand, or in full only."""
    return [
        each for each, root in roots(grade) if root.result is Result.NOT_RUN and not root.because
    ]


def roots(grade: Grade) -> list[tuple[Finding, Finding]]:
    """Each check, and the one that it was not run because of, at any remove; or itself."""
    by_name = {each.name: each for each in grade.findings}

    def root(finding: Finding) -> Finding:
        parent = by_name.get(finding.because)
        return root(parent) if parent else finding

    return [(each, root(each)) for each in grade.findings]


def reference(grade: Grade, item: ItemGrade) -> str:
    """What to compare an item of a grade with, if the time has come; or nothing."""

    def is_earned(one: ItemGrade) -> bool:
        machine = [each for each in one.findings if each.name not in grade.manual]
        return all(grade.points_of(each) >= each.max for each in machine)

    return reference_once(item.id, {one.id for one in grade.items if is_earned(one)})


def reference_once(item: str, earned: Collection[str]) -> str:
    """What to compare an item with, or nothing. `earned` are the items of which all is earned that
    a machine can find.

    One look at the reference tells the answer to all checks of an item, so none may be open; and
    to the lesson itself, which an unchanged challenge has not earned, though much of the rest.
    """
    return REFERENCES.get(item, "") if {LESSON, item} <= set(earned) else ""


def next_step(finding: Finding) -> str:
    """What to look at next, for a check that was looked at and has not passed; or nothing."""
    if finding.result in (Result.PASSED, Result.NOT_RUN) or not finding.hints:
        return ""
    return finding.hints[0]


def worst_first(grade: Grade) -> list[tuple[Finding, float]]:
    """The checks that failed on their own account, and the points that hang on each.

    What a check keeps from being run hangs on it, too; most points come first.
    """
    aside = {each.name for each in left_out(grade)}
    failed = {root.name: root for each, root in roots(grade) if each.name not in aside}
    lost = dict.fromkeys(failed, 0.0)
    for each, root in roots(grade):
        if root.name in failed:
            lost[root.name] += each.max - grade.points_of(each)
    ranked = sorted(lost.items(), key=lambda pair: -pair[1])
    return [(failed[name], missing) for name, missing in ranked if missing > 0]
