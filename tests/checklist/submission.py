"""What somebody handed in: a folder or zip, and the package in it that is graded.

Zips come from strangers. Nothing is unpacked but the package, and only after the list of contents
says nothing that a package would not: no path that leads out, no link, no size beyond measure.
"""

import re
import shutil
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.checklist.sandbox.workspace import MOST_BYTES, MOST_FILES, PACKAGE, is_kept
from tests.checklist.trouble import Trouble, Word

MAIN = "__main__.py"
# With a whole repository, its environment and its history, which are not unpacked.
MOST_ENTRIES = 100_000
ENCRYPTED = 0x1  # the bit of an entry's flags, in the standard of zip files
DECLARED = re.compile(
    r"^[-*]\s+acknowledgement:[\s*_`]*(queued|stored)[\s*_`.]*$", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True)
class Submission:
    """Whose it is, and the folder that is the package."""

    name: str
    package: Path


def find_submission(path: Path, unpack_to: Path) -> Submission:
    """The submission in a folder or zip, which is unpacked into a folder that is empty so far.

    It holds `attempt/`, or is the package itself, or holds one folder that does or is, as zips of
    whole repositories do. Raises Trouble if that is not so.
    """
    path = path.resolve()
    if path.is_dir():
        mains = (main for deep in ("", "*/", "*/*/") for main in path.glob(deep + MAIN))
        package = _package(PurePosixPath(main.relative_to(path)) for main in mains)
        return Submission(path.name, path / package)
    try:
        with zipfile.ZipFile(path) as archive:
            return Submission(path.stem, _unpack(archive, unpack_to))
    except Trouble:
        raise
    except Exception as error:  # there is no end to the ways in which a zip can be broken
        raise _refused(f"{path.name} is neither a folder nor a sound zip: {error}") from error


def declared_acknowledgement(text: str) -> str:
    """What an ANSWER.md says that an acknowledgement means: ``queued``, ``stored``, or nothing.

    It says so in a line, ``- acknowledgement: queued``; two that contradict each other say nothing.
    """
    said = {word.lower() for word in DECLARED.findall(text)}
    return said.pop() if len(said) == 1 else ""


def _package(mains: Iterable[PurePosixPath]) -> PurePosixPath:
    """The folder of the package, by all paths to a ``__main__.py`` at most two folders deep."""
    folders = {main.parent for main in mains if all(map(is_kept, main.parts[:-1]))}
    for likely in (
        [each for each in folders if each.parts == (PACKAGE,)],
        [each for each in folders if not each.parts],
        [each for each in folders if len(each.parts) == 2 and each.name == PACKAGE],
        [each for each in folders if len(each.parts) == 1],
    ):
        if len(likely) == 1:
            return likely[0]
        if likely:
            names = ", ".join(sorted(map(str, likely)))
            raise _refused(f"it holds several packages, {names}: hand in one, as {PACKAGE}/")
    raise _refused(f"it holds no {PACKAGE}/ with a {MAIN}")


def _unpack(archive: zipfile.ZipFile, folder: Path) -> Path:
    """Unpack the package of a zip into a folder; where it is then."""
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if len(entries) > MOST_ENTRIES:
        raise _refused(f"it has {len(entries):,} entries, and may have {MOST_ENTRIES:,}")
    for entry in entries:
        _look_at(entry)
    paths = {PurePosixPath(each.filename): each for each in entries}
    package = _package(each for each in paths if each.name == MAIN and len(each.parts) <= 3)
    wanted = {
        path: entry
        for path, entry in paths.items()
        if path.is_relative_to(package) and all(map(is_kept, path.relative_to(package).parts))
    }
    size = sum(entry.file_size for entry in wanted.values())
    if len(wanted) > MOST_FILES or size > MOST_BYTES:
        raise _refused(
            f"its package has {len(wanted):,} files of {size:,} bytes together, "
            f"and may have {MOST_FILES:,} of {MOST_BYTES:,}"
        )
    for path, entry in wanted.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy)  # which ends where the list said it would
    return folder / package


def _look_at(entry: zipfile.ZipInfo) -> None:
    """Raises Trouble for an entry that no honest package has."""
    path = PurePosixPath(entry.filename)
    name = repr(entry.filename[:100])
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
        raise _refused(f"its entry {name} is no path inside of it")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _refused(f"its entry {name} is a link")
    if entry.flag_bits & ENCRYPTED:
        raise _refused(f"its entry {name} is encrypted")


def _refused(why: str) -> Trouble:
    return Trouble(Word.REFUSED, why)
