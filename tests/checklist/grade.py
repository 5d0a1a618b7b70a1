"""Grade one submission: put it through the scenarios, then judge what was seen."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from load_test.experiment.machine import describe_versions
from tests.checklist import fingerprint
from tests.checklist.check import Check
from tests.checklist.figures import measured
from tests.checklist.grade_file import Grade, Status, clean
from tests.checklist.judge import ItemGrade, judge
from tests.checklist.perform import perform
from tests.checklist.rubric import Rubric
from tests.checklist.scenario import Scenario
from tests.checklist.staging import open_stages
from tests.checklist.submission import find_submission
from tests.checklist.trouble import Trouble, Word

FULL, QUICK = "full", "quick"
# Told of each scenario: its name, and what becomes of it.
Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class Plan:
    """What a grading consists of."""

    scenarios: Sequence[Scenario]
    checks: Sequence[Check]
    rubric: Rubric

    def part(self, full: bool) -> list[Scenario]:
        """The scenarios of a full grading, or of a quick one."""
        return [each for each in self.scenarios if full or not each.full]


def the_plan() -> Plan:
    """All scenarios, checks and points."""
    # Here only: it takes half a second, which nobody should wait for who mistyped a flag.
    from tests.checklist.catalogue import CHECKS, RUBRIC, SCENARIOS

    return Plan(SCENARIOS, CHECKS, RUBRIC)


def grade_submission(path: Path, plan: Plan, full: bool, seed: int, tell: Tell) -> Grade:
    """Grade the submission in a folder or zip. Raises Trouble if it is refused.

    It runs in processes of its own, all of which have ended before anything is judged.
    """
    began_s = time.monotonic()
    started_at = _now()
    with tempfile.TemporaryDirectory(prefix="submission-") as folder:
        submission = find_submission(path, Path(folder))
        content = fingerprint.of_package(submission.package)
        with open_stages(submission, seed) as stages:
            isolation = stages.isolation
            evidence = perform(plan.part(full), stages, tell)
    return Grade(
        submission=clean(submission.name),
        items=judge(evidence, plan.checks, plan.rubric),
        content=content,
        grader=fingerprint.of_grader(),
        mode=FULL if full else QUICK,
        isolation=isolation,
        seed=seed,
        started_at=started_at,
        seconds=round(time.monotonic() - began_s, 1),
        versions=describe_versions(),
        measured=measured(evidence),
        manual=_manual(plan.rubric),
    )


def not_graded(name: str, status: Status, problem: str, plan: Plan) -> Grade:
    """The grade of a submission that was refused, or could not be graded, and why.

    What was refused has failed all checks; what could not be graded has no checks, and no points.
    """
    items: tuple[ItemGrade, ...] = ()
    if status is Status.REFUSED:
        refused = Trouble(Word.REFUSED, problem)
        evidence = {each.name: refused for each in plan.scenarios}
        items = judge(evidence, plan.checks, plan.rubric)
    return Grade(
        submission=name,
        items=items,
        status=status,
        problem=problem,
        grader=fingerprint.of_grader(),
        started_at=_now(),
        manual=_manual(plan.rubric),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _manual(rubric: Rubric) -> frozenset[str]:
    entries = [entry for item in rubric.items for entry in item.entries]
    return frozenset(entry.name for entry in entries if entry.manual)
