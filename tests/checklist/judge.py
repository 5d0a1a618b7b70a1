"""From evidence to a grade: every check in its turn, after those that it needs."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.checklist.check import Check, Result, Verdict
from tests.checklist.rubric import Entry, Item, Rubric
from tests.checklist.trouble import Trouble, Word

log = logging.getLogger(__name__)

MANUAL = "the instructor has not judged it yet"
NOT_LOOKED_AT = "only looked at in full: make check FULL=1"


@dataclass(frozen=True)
class Finding:
    """What became of one check; `points` is what it earned of `max`.

    `because` names the check that kept it from running; `word` is that of a Trouble. `seconds`
    is None; who measures how long something took keeps it apart from what is judged.
    """

    name: str
    asks: str
    result: Result
    expected: str
    actual: str
    points: float
    max: float
    hints: tuple[str, ...]
    because: str = ""
    word: str = ""


@dataclass(frozen=True)
class ItemGrade:
    """What an item's checks found."""

    id: str
    title: str
    findings: tuple[Finding, ...]

    @property
    def points(self) -> float:
        """What was earned."""
        return sum(each.points for each in self.findings)

    @property
    def max(self) -> float:
        """What could be earned."""
        return sum(each.max for each in self.findings)


def judge(
    evidence: Mapping[str, Any], checks: Iterable[Check], rubric: Rubric
) -> tuple[ItemGrade, ...]:
    """Judge all checks by evidence, by scenario; a Trouble in its place says why there is none.

    A scenario that is missing was not run, and a check that raises is *grader failed*. Same
    evidence, same grade.
    """
    by_name = {each.name: each for each in checks}
    found: dict[str, Finding] = {}

    def look(name: str) -> Finding:
        if name not in found:
            each = by_name[name]
            parents = [look(parent) for parent in each.needs]
            found[name] = _judge(each, parents, rubric.entry(name), evidence)
        return found[name]

    return tuple(_grade(item, look) for item in rubric.items)


def _grade(item: Item, look: Any) -> ItemGrade:
    findings = (_manual(entry) if entry.manual else look(entry.name) for entry in item.entries)
    return ItemGrade(item.id, item.title, tuple(findings))


def _judge(
    each: Check, parents: Iterable[Finding], entry: Entry, evidence: Mapping[str, Any]
) -> Finding:
    for parent in parents:
        if parent.result is not Result.PASSED:
            return _not_run(each, entry, f"{parent.name} {_told(parent)}", because=parent.name)
    if any(name not in evidence for name in each.on):
        return _not_run(each, entry, NOT_LOOKED_AT)
    verdict = _verdict(each, [evidence[name] for name in each.on], entry)
    if isinstance(verdict, Trouble):
        return Finding(
            each.name, each.asks, Result.FAILED, "", str(verdict), 0, entry.points, entry.hints,
            word=verdict.word,
        )  # fmt: skip
    earns = verdict.result is Result.PASSED or (
        verdict.result is Result.CANNOT_TELL and entry.cannot_tell_earns
    )
    return Finding(
        each.name, each.asks, verdict.result, verdict.expected, verdict.actual,
        entry.points if earns else 0, entry.points, entry.hints,
    )  # fmt: skip


def _verdict(each: Check, seen: Sequence[Any], entry: Entry) -> Verdict | Trouble:
    """What a check says of what was seen, or the Trouble in place of that.

    A check that trips over its evidence costs its own points until the instructor has looked, and
    not the whole grade.
    """
    for part in seen:
        if isinstance(part, Trouble):
            return part
    try:
        return each.judge(*seen, **entry.thresholds)
    except Exception as error:  # of ours, or evidence of a kind that nobody had thought of
        log.exception("check %s failed", each.name)
        return Trouble(Word.GRADER_FAILED, f"{type(error).__name__}: {error}")


def _not_run(each: Check, entry: Entry, why: str, because: str = "") -> Finding:
    return Finding(
        each.name, each.asks, Result.NOT_RUN, "", why, 0, entry.points, entry.hints, because
    )


def _manual(entry: Entry) -> Finding:
    return Finding(
        entry.name, entry.guidance, Result.NOT_RUN, "", MANUAL, 0, entry.points, entry.hints
    )


def _told(parent: Finding) -> str:
    return "was not run" if parent.result is Result.NOT_RUN else str(parent.result.value)
