"""Put a file of attempt/ back to the challenge's: `python -m tests.checklist.reset FILE`.

FILE is a path in the attempt, as data_manager.py or page/chat.js. What was there is kept beside it,
under the same name with the time behind it.
"""

import filecmp
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from load_test.experiment.processes import PROJECT
from tests.checklist.arguments import Parser

CHALLENGE, ATTEMPT = PROJECT / "challenge", PROJECT / "attempt"
ASIDE = "__pycache__"


class CannotReset(Exception):
    """Raised when there is nothing that a file could be put back to; the text says what to do."""


def find(text: str, attempt: Path, challenge: Path) -> Path:
    """The path in both folders that `text` means. Raises CannotReset."""
    if not attempt.is_dir():
        raise CannotReset(f"there is no {attempt.name}/ yet: make attempt copies the challenge")
    inside = Path(text)
    if inside.parts[:1] == (attempt.name,):  # as a shell completes it
        inside = inside.relative_to(attempt.name)
    if inside.is_absolute() or ".." in inside.parts or not _is_within(attempt / inside, attempt):
        raise CannotReset(f"{text} is not in {attempt.name}/, and nothing else is put back")
    if not (challenge / inside).is_file():
        files = (path.relative_to(challenge) for path in challenge.rglob("*") if path.is_file())
        names = ", ".join(sorted(str(path) for path in files if ASIDE not in path.parts))
        raise CannotReset(f"the challenge has no {inside}, to put it back to; it has {names}")
    if (attempt / inside).is_dir():
        raise CannotReset(f"{attempt.name}/{inside} is a folder, and a file in the challenge")
    return inside


def reset(inside: Path, attempt: Path, challenge: Path) -> Path | None:
    """Put the file back. Where the one that was there is now, None if there was none."""
    path, backup = attempt / inside, None
    temporary = path.with_name(f".{path.name}.reset")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(challenge / inside, temporary)
    if path.exists() or path.is_symlink():
        backup = path.with_name(f"{path.name}.before-reset-{datetime.now():%Y%m%d-%H%M%S}")
        path.rename(backup)  # a link goes as a link: what it leads to is left alone
    temporary.replace(path)
    return backup


def main(arguments: Sequence[str] | None = None, attempt: Path = ATTEMPT) -> int:
    """Returns the exit code: 0 if all is as the user wants it, 1 if not, 2 for what cannot be."""
    parser = Parser("python -m tests.checklist.reset", __doc__)
    parser.add_argument("file", metavar="FILE", help="a path in the attempt, as data_manager.py")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args(arguments)
    try:
        inside = find(options.file, attempt, CHALLENGE)
        told = f"{attempt.name}/{inside}"
        path = attempt / inside
        if path.is_file() and filecmp.cmp(path, CHALLENGE / inside, shallow=False):
            sys.stdout.write(f"{told} is as in the challenge already\n")
            return 0
        if not options.yes and not _agreed(f"Put {told} back, and keep yours beside it? y/N "):
            sys.stdout.write(f"{told} stays as it is\n")
            return 0
        backup = reset(inside, attempt, CHALLENGE)
    except (CannotReset, OSError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2 if isinstance(error, CannotReset) else 1
    kept = f"; what it was is now {backup.name}" if backup else ""
    sys.stdout.write(f"{told} is as in the challenge{kept}\n")
    return 0


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        sys.stdout.write("\n")
        return False


def _is_within(path: Path, folder: Path) -> bool:
    """Whether the file would really lie in the folder, wherever links lead."""
    return path.parent.resolve().is_relative_to(folder.resolve())


if __name__ == "__main__":
    sys.exit(main())
