"""The rubric: how much each check is worth, its thresholds, and what participants read about it."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.checklist.check import Check

RUBRIC = Path(__file__).with_name("rubric.toml")
HINTS = 3  # where to look, what to try, nearly the code


class BadRubric(Exception):
    """Raised when the rubric does not fit the checks; the text says where."""


@dataclass(frozen=True)
class Entry:
    """What the rubric says of one check.

    `thresholds` are passed to it by name. `touches` are the files of a submission, as patterns,
    that it depends on. `manual`: the instructor judges, by `guidance`. Where `cannot_tell_earns`,
    a *cannot tell* counts as earned, and is listed for the instructor.
    """

    name: str
    points: float
    hints: tuple[str, ...]
    touches: tuple[str, ...]
    thresholds: Mapping[str, Any]
    manual: bool
    guidance: str
    cannot_tell_earns: bool


@dataclass(frozen=True)
class Item:
    """One of the seven points of the checklist, and its checks in the order of the rubric."""

    id: str
    title: str
    entries: tuple[Entry, ...]

    @property
    def points(self) -> float:
        """What it is worth."""
        return sum(entry.points for entry in self.entries)


@dataclass(frozen=True)
class Rubric:
    """All items, in the order of the checklist."""

    items: tuple[Item, ...]

    @property
    def points(self) -> float:
        """What everything is worth."""
        return sum(item.points for item in self.items)

    def entry(self, name: str) -> Entry:
        """The entry of a check. Raises KeyError."""
        for item in self.items:
            for entry in item.entries:
                if entry.name == name:
                    return entry
        raise KeyError(name)


def read_rubric(path: Path = RUBRIC) -> Rubric:
    """The rubric in a file. Raises BadRubric."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return Rubric(tuple(_item(name, each) for name, each in table.items()))
    except (OSError, tomllib.TOMLDecodeError, BadRubric) as error:
        raise BadRubric(f"{path}: {error}") from error


def fit(rubric: Rubric, checks: Iterable[Check]) -> None:
    """Raises BadRubric unless each check has its entry, with its thresholds, and each entry that
    is not manual its check.
    """
    by_name = {each.name: each for each in checks}
    entries = {entry.name: entry for item in rubric.items for entry in item.entries}
    machine = {name for name, entry in entries.items() if not entry.manual}
    for name in sorted(machine ^ by_name.keys()):
        raise BadRubric(f"{name} is in {'the rubric' if name in machine else 'checks'} only")
    for name, each in by_name.items():
        if each.thresholds != entries[name].thresholds.keys():
            raise BadRubric(
                f"{name} takes the thresholds {sorted(each.thresholds)}, "
                f"and the rubric gives it {sorted(entries[name].thresholds)}"
            )


def _item(name: str, table: Mapping[str, Any]) -> Item:
    try:
        entries = tuple(_entry(name, each) for each in table["checks"])
        return Item(name, table["title"], entries)
    except (KeyError, TypeError) as error:
        raise BadRubric(f"item {name}: {error} is missing or of the wrong kind") from error


def _entry(item: str, table: Mapping[str, Any]) -> Entry:
    name = f"{item}.{table['name']}"
    points, hints = table["points"], tuple(table.get("hints", ()))
    manual = table.get("manual", False)
    if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise BadRubric(f"{name}: points must be a number from 0 on, not {points!r}")
    if not manual and len(hints) != HINTS:
        raise BadRubric(f"{name}: it needs {HINTS} hints, and has {len(hints)}")
    return Entry(
        name=name,
        points=points,
        hints=hints,
        touches=tuple(table.get("touches", ("*",))),
        thresholds=table.get("thresholds", {}),
        manual=manual,
        guidance=table.get("guidance", ""),
        cannot_tell_earns=table.get("cannot_tell_earns", False),
    )
