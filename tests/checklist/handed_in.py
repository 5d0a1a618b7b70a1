"""What was handed in: the submissions in a folder, and the folder that their grades go to."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.checklist import draw, overrides
from tests.checklist.grade_file import clean

LOCK = ".lock"
PRIVATE = 0o700  # grades are nobody else's, a submission's under another user neither
TAKEN = {draw.INDEX, draw.GRADEBOOK, overrides.FILE_NAME, LOCK}  # names of our own files


class CannotGrade(Exception):
    """Raised when a folder cannot be graded, or grades cannot be written; the text says why."""


@dataclass(frozen=True)
class HandedIn:
    """A folder or zip that somebody handed in, and the name that its grade goes by."""

    name: str
    path: Path


def handed_in(folder: Path, out: Path) -> tuple[list[HandedIn], list[str]]:
    """The submissions in a folder by name, and a line for each thing that is none.

    Raises CannotGrade if there is none, or if two would go by one name.
    """
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise CannotGrade(f"cannot read {folder}: {error.strerror}") from error
    found: dict[str, HandedIn] = {}
    skipped = []
    for path in paths:
        if why := _why_none(path, out):
            skipped.append(f"skipped {clean(path.name)}: {why}")
            continue
        name = clean(path.stem if path.is_file() else path.name)
        same = found.setdefault(name.casefold(), HandedIn(name, path))
        if same.path != path:
            raise CannotGrade(f"{same.path.name} and {path.name} would both be {name}: rename one")
        if name in TAKEN:
            raise CannotGrade(f"{path} has the name of a file of the grades: rename it")
    if not found:
        raise CannotGrade(f"{folder} holds no submission: neither a folder nor a zip")
    return list(found.values()), skipped


@contextmanager
def grades_folder(out: Path) -> Iterator[None]:
    """Make the folder of the grades, and have it for this process alone. Raises CannotGrade."""
    try:
        out.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        lock = (out / LOCK).open("ab")
    except OSError as error:
        raise CannotGrade(f"cannot write into {out}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotGrade(
                f"another grading writes into {out}: wait for it, or name another folder with --out"
            ) from None
        yield


def _why_none(path: Path, out: Path) -> str:
    """Why something in the folder is no submission; empty if it is one."""
    if path.name.startswith("."):
        return "hidden"
    if path.resolve() == out.resolve():
        return "the folder of the grades"
    if path.is_dir() or path.suffix.lower() == ".zip":
        return ""
    return "neither a folder nor a zip"
