"""The folder that a submission runs in: a fresh copy of its package, beside the instructor's
`challenge` and `observability`, and nothing else.

Tests, settings and start files that somebody handed in beside the package are not there to have an
effect, nor is the solution there to be imported.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from load_test.experiment.processes import PROJECT
from tests.checklist.trouble import Trouble, Word

PACKAGE = "attempt"  # whatever it was called
GIVEN = ("challenge", "observability")
MOST_FILES = 1_000  # the challenge has 50
MOST_BYTES = 20_000_000  # the challenge has 0.3 MB
FOLDER_MODE, FILE_MODE = 0o755, 0o644


def fill(workspace: Path, package: Path) -> None:
    """Put a copy of a submission's package into the workspace, and what it builds on.

    Raises Trouble if it holds what is no part of a package, or may not be read.
    """
    for name in GIVEN:
        shutil.copytree(PROJECT / name, workspace / name)
    try:
        _copy(package, workspace / PACKAGE)
    except PermissionError as error:
        raise Trouble(Word.REFUSED, f"not all of it may be read: {error}") from error
    _open(workspace)


def is_kept(name: str) -> bool:
    """Whether a file or folder is part of a package; caches and hidden ones are not."""
    return not name.startswith((".", "__pycache__", "__MACOSX"))


def _copy(package: Path, to: Path) -> None:
    total = 0
    for number, path in enumerate(_files(package, package), 1):
        copy = to / path.relative_to(package)
        total += path.stat().st_size
        if number > MOST_FILES or total > MOST_BYTES:
            raise Trouble(
                Word.REFUSED,
                f"{package.name} holds more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes: "
                "hand in the package only, without data and results",
            )
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _files(folder: Path, package: Path) -> Iterator[Path]:
    """The files in a folder of the package. Raises Trouble for a link, or worse."""
    for path in sorted(folder.iterdir()):
        mode = path.lstat().st_mode
        if not is_kept(path.name):
            continue
        if stat.S_ISDIR(mode):
            yield from _files(path, package)
        elif stat.S_ISREG(mode):
            yield path
        else:
            what = "a link" if stat.S_ISLNK(mode) else "neither a file nor a folder"
            raise Trouble(Word.REFUSED, f"{path.relative_to(package.parent)} is {what}")


def _open(workspace: Path) -> None:
    """Let every user read, and only us write."""
    workspace.chmod(FOLDER_MODE)
    for folder, folders, files in os.walk(workspace):
        for name in folders:
            Path(folder, name).chmod(FOLDER_MODE)
        for name in files:
            Path(folder, name).chmod(FILE_MODE)
