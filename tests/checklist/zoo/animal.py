"""An animal of the zoo: a submission made on purpose, and what the grader must say of it."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePath

from tests.checklist.sandbox.isolation import Level
from tests.variants.catalogue import VARIANTS
from tests.variants.variant import Variant, apply

ROOT = Path(__file__).parents[3]
PARTS = Path(__file__).with_name("parts")
ATTEMPT = "attempt"
# In a copy that is complete in itself, the solution's files find the challenge's beside them.
OF_CHALLENGE = re.compile(r"^from challenge(\.(?=\w))?", re.MULTILINE)


class Base(StrEnum):
    """What an animal is made from, before its edits."""

    CHALLENGE = "challenge"  # as `make attempt` copies it
    SOLUTION = "solution"  # as it is: what it does not change it imports from the challenge
    ANSWER = "answer"  # a copy of the challenge with the solution in it, as participants hand in


@dataclass(frozen=True)
class Edit:
    """In `file` of the attempt `old` stands once, and gives way to `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Animal:
    """One submission: `base`, with whole `files` (their paths in the submission, each with what is
    copied there) and then `edits`, one after the other.

    `fails` are the checks that it fails, first the one that names what is wrong with it; a right
    answer fails none. Of those that are `unclear` the grader cannot tell. All others pass, or are
    not run because of these. `word`: what kept the first from being seen, if it was not seen.

    `levels`: the levels of isolation on which this is so; on others nothing is expected. `most_s`:
    its grading must end within so many seconds.
    """

    name: str
    tells: str
    base: Base = Base.ANSWER
    edits: tuple[Edit, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    fails: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    word: str = ""
    levels: tuple[Level, ...] = tuple(Level)
    most_s: float | None = None

    @property
    def decisive(self) -> str:
        """The check that names what is wrong with it, empty if nothing is."""
        return self.fails[0] if self.fails else ""


def lent(name: str) -> Edit:
    """The edit of a variant of ``tests.variants``, by its name, for a base that holds its file."""
    [variant] = [each for each in VARIANTS if each.name == name]
    return Edit(PurePath(variant.file).name, variant.old, variant.new)


def make(animal: Animal, folder: Path) -> None:
    """Make the submission in an empty folder. Raises StaleVariant if an edit does not fit."""
    attempt = folder / ATTEMPT
    if animal.base is not Base.SOLUTION:
        _copy("challenge", attempt)
    if animal.base is not Base.CHALLENGE:
        _copy("solution", attempt)
    for name, source in animal.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / name)
    if animal.base is not Base.SOLUTION:
        for path in attempt.glob("*.py"):
            text = path.read_text(encoding="utf-8")
            path.write_text(OF_CHALLENGE.sub("from .", text), encoding="utf-8")
    for edit in animal.edits:
        apply(Variant(animal.name, edit.file, edit.old, edit.new, animal.decisive), attempt)


def _copy(package: str, attempt: Path) -> None:
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / package, attempt, ignore=leave_out, dirs_exist_ok=True)
