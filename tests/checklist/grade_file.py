"""What a grading found, and grade.json, which keeps it: the pages are drawn from nothing else.

The file holds what the machine found, and only that. What the instructor decides stands in
overrides.toml, so grading again never touches it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.checklist.check import Result
from tests.checklist.judge import Finding, ItemGrade

SCHEMA = 1  # of grade.json; a change that readers must know of makes it 2
FILE_NAME = "grade.json"
# A submission chooses the texts that are shown of it: no more than a reader would read.
MOST_CHARACTERS = 2_000


class BadGradeFile(Exception):
    """Raised when a file is not a whole grade.json; the text says which, and what is wrong."""


class Status(StrEnum):
    """Whether there is a grade."""

    GRADED = "graded"
    REFUSED = "refused"  # it cannot be graded as it is
    NOT_GRADED = "could not be graded"  # the grader failed, not the submission


@dataclass(frozen=True)
class ByHand:
    """What the instructor gives for a check, whatever the machine found."""

    points: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Grade:
    """One submission's grade.

    `content` and `grader` are fingerprints: the same two give the same grade. `manual` names the
    checks that the instructor judges, `by_hand` what was decided by hand, by check. `measured` has
    figures by name. `problem` says why there is no grade, if there is none.
    """

    submission: str
    items: tuple[ItemGrade, ...]
    status: Status = Status.GRADED
    problem: str = ""
    content: str = ""
    grader: str = ""
    mode: str = "full"
    isolation: str = ""
    seed: int = 0
    started_at: str = ""  # ISO 8601, UTC
    seconds: float = 0.0
    versions: Mapping[str, str | None] = field(default_factory=dict)
    measured: Mapping[str, float] = field(default_factory=dict)
    manual: frozenset[str] = frozenset()
    by_hand: Mapping[str, ByHand] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        """Of all checks, in their order."""
        return [each for item in self.items for each in item.findings]

    def points_of(self, finding: Finding) -> float:
        """What a check counts: by hand if the instructor decided, else as the machine found."""
        decided = self.by_hand.get(finding.name)
        return decided.points if decided else finding.points

    def item_points(self, item: ItemGrade) -> float:
        """What an item counts."""
        return sum(self.points_of(each) for each in item.findings)

    @property
    def points(self) -> float:
        """What everything counts."""
        return sum(self.item_points(item) for item in self.items)

    @property
    def max(self) -> float:
        """What could be earned."""
        return sum(item.max for item in self.items)


def write_grade(grade: Grade, path: Path) -> None:
    """Write it as JSON; who is stopped meanwhile leaves the last one whole. Raises OSError."""
    document = {
        "schema": SCHEMA,
        **{name: getattr(grade, name) for name in _PLAIN},
        "points": round_points(sum(item.points for item in grade.items)),
        "max": round_points(grade.max),
        "items": [
            {
                "id": item.id,
                "title": item.title,
                "points": round_points(item.points),
                "max": round_points(item.max),
                "checks": [_check(each, grade.manual) for each in item.findings],
            }
            for item in grade.items
        ],
    }
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def read_grade(path: Path) -> Grade:
    """The grade in a file. Raises BadGradeFile, also if the file is not there."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise BadGradeFile(f"{path} has the schema {document['schema']}, not {SCHEMA}")
        checks = [each for item in document["items"] for each in item["checks"]]
        return Grade(
            **{name: document[name] for name in _PLAIN} | {"status": Status(document["status"])},
            items=tuple(
                ItemGrade(each["id"], each["title"], tuple(map(_finding, each["checks"])))
                for each in document["items"]
            ),
            manual=frozenset(each["name"] for each in checks if each["manual"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadGradeFile(f"{path} is not a whole grade: {error!r}") from error


def clean(text: str) -> str:
    """A text of a submission's, fit for a terminal, a file and a page.

    It is cut to a length that people read, and what is not printable, such as the codes that
    colour, or clear, a terminal, is shown as a replacement character.
    """
    cut = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "..."
    lines = cut.replace("\t", " ").splitlines()
    return "\n".join("".join(c if c.isprintable() else "\ufffd" for c in line) for line in lines)


def round_points(value: float) -> float:
    """Points without the dust of adding fractions: 0.3, not 0.30000000000000004."""
    return round(value, 2)


# The keys that stand in the file as they are in a Grade.
_PLAIN = (
    "submission", "status", "problem", "content", "grader", "mode", "isolation", "seed",
    "started_at", "seconds", "versions", "measured",
)  # fmt: skip


def _check(finding: Finding, manual: frozenset[str]) -> dict[str, Any]:
    return {
        "name": finding.name,
        "asks": finding.asks,
        "result": finding.result,
        "expected": clean(finding.expected),
        "actual": clean(finding.actual),
        "hint": next(iter(finding.hints), ""),
        "hints": finding.hints,
        "points": finding.points,
        "max": finding.max,
        "because": finding.because,
        "word": finding.word,
        "manual": finding.name in manual,
    }


def _finding(check: Mapping[str, Any]) -> Finding:
    fields = {name: check[name] for name in Finding.__dataclass_fields__}
    return Finding(**fields | {"result": Result(check["result"]), "hints": tuple(check["hints"])})
