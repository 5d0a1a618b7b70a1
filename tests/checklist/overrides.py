"""overrides.toml: what the instructor gives by hand, and why. It outlives every grading."""

import difflib
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.checklist.grade_file import ByHand, Grade
from tests.checklist.rubric import Entry, Rubric

FILE_NAME = "overrides.toml"
Overrides = Mapping[str, Mapping[str, ByHand]]  # by submission, by check
KEYS = {"points", "reason"}
WIDTH = 96  # of comments
HEAD = """\
# Points that you give by hand, and why. They replace what the machine found, whose result stays
# visible beside yours. Grading again leaves this file alone. To redraw the pages after a change:
#   python -m tests.checklist --apply --out {folder}
#
# An entry names the submission and the check; any check can stand there, also one of the machine:
#
# ["{submission}"."{check}"]
# points = {points:g}
# reason = "shown to the student"
"""
MANUAL = """\
#
# To be judged by hand, for every submission:
"""


class BadOverrides(Exception):
    """Raised when overrides.toml cannot be used; the text says which entry, and what is wrong."""


def read_overrides(path: Path, submissions: Iterable[str], rubric: Rubric) -> Overrides:
    """The overrides in a file, none if it is not there. Raises BadOverrides.

    Every entry must be of one of these submissions, and of a check of the rubric.
    """
    if not path.exists():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadOverrides(f"{path}: {error}") from error
    most = {entry.name: entry.points for item in rubric.items for entry in item.entries}
    known = list(submissions)
    found: dict[str, dict[str, ByHand]] = {}
    for submission, entries in table.items():
        checks = entries if isinstance(entries, dict) else {"": entries}
        for check, entry in checks.items():
            try:
                _known("submission", submission, known)
                _known("check", check, most)
                decided = _by_hand(entry, most[check])
            except ValueError as error:
                where = _line_of(text, submission, check)
                raise BadOverrides(f'{path}{where}, ["{submission}"."{check}"]: {error}') from None
            found.setdefault(submission, {})[check] = decided
    return found


def with_overrides(grade: Grade, overrides: Overrides) -> Grade:
    """The grade, with what was decided by hand."""
    return replace(grade, by_hand=overrides.get(grade.submission, {}))


def write_example(path: Path, submission: str, rubric: Rubric) -> None:
    """Write a file with nothing but comments that say how to use it, if there is none."""
    if path.exists():
        return
    entries = [entry for item in rubric.items for entry in item.entries]
    manual = [entry for entry in entries if entry.manual]
    example = (manual or entries)[0]
    text = HEAD.format(
        folder=path.parent, submission=submission, check=example.name, points=example.points / 2
    )
    if manual:
        text += MANUAL + "".join(map(_guidance, manual))
    path.write_text(text, encoding="utf-8")


def _guidance(entry: Entry) -> str:
    """How a check is judged, in lines of a comment."""
    text = f"{entry.name} (up to {entry.points:g}): {entry.guidance}"
    return textwrap.fill(text, WIDTH, initial_indent="#   ", subsequent_indent="#     ") + "\n"


def _known(what: str, name: str, names: Iterable[str]) -> None:
    candidates = list(names)
    if name not in candidates:
        near = difflib.get_close_matches(name, candidates, n=1)
        guess = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"there is no {what} {name!r}{guess}")


def _by_hand(entry: Any, most: float) -> ByHand:
    if not isinstance(entry, dict) or entry.keys() != KEYS:
        raise ValueError("it needs points and a reason, and nothing else")
    points, reason = entry["points"], entry["reason"]
    if isinstance(points, bool) or not isinstance(points, int | float):
        raise ValueError(f"points must be a number, not {points!r}")
    if not 0 <= points <= most:  # never true of nan
        raise ValueError(f"points must be from 0 to {most:g}, not {points:g}")
    if not isinstance(reason, str) or not reason.strip():
        raise ValueError("the reason must be a text, for the student to read")
    return ByHand(points, reason.strip())


def _line_of(text: str, submission: str, check: str) -> str:
    """Where the entry's header stands, which the TOML parser does not tell."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            try:
                header = tomllib.loads(line)
            except tomllib.TOMLDecodeError:
                continue
            if header in ({submission: {check: {}}}, {submission: {}}):
                return f", line {number}"
    return ""
