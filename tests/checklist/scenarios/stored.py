"""The grader's own reader of a data folder.

It shares no code with the challenge or a submission, so that it can contradict them. And it
trusts nothing that lies there: a link, a pipe or a file without end would make it read what it
should not, or wait for ever.
"""

import json
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.checklist.scenarios.file_watch import MARKER, MESSAGE_FILE

Record = dict[str, Any]

# A thousand times what a scenario stores.
MOST_FILE_BYTES = 100_000_000
# How servers name what they are still writing.
TEMPORARY = ("tmp", "temp", ".part", ".new", ".swp", "~")


@dataclass(frozen=True)
class StoredFile:
    """A message file: its records, or in `problem` why it cannot be read."""

    name: str
    records: tuple[Record, ...]
    problem: str = ""


@dataclass(frozen=True)
class Stored:
    """A data folder at one moment: message files in the order of their numbers, and the names of
    all others.
    """

    files: tuple[StoredFile, ...]
    others: tuple[str, ...]

    @property
    def records(self) -> list[Record]:
        """The messages of all files that can be read, oldest first."""
        return [record for file in self.files for record in file.records]

    @property
    def problems(self) -> list[str]:
        """What cannot be read, each with its name and why."""
        return [f"{file.name}: {file.problem}" for file in self.files if file.problem]

    @property
    def leftovers(self) -> list[str]:
        """Names of temporary files that should have gone."""
        return [name for name in self.others if any(sign in name for sign in TEMPORARY)]


def read_stored(folder: Path) -> Stored:
    """Read a data folder. Raises OSError if it cannot be listed."""
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith(MARKER))
    messages = [name for name in names if MESSAGE_FILE.fullmatch(name)]
    return Stored(
        files=tuple(_read(folder / name) for name in sorted(messages, key=_number)),
        others=tuple(name for name in names if name not in messages),
    )


def of_room(records: Sequence[Record], room_id: str) -> Iterator[Record]:
    """Those of the messages that belong to a room."""
    return (record for record in records if record.get("roomId") == room_id)


def open_regular(path: Path) -> IO[bytes]:
    """Open a regular file for reading. Raises OSError, or ValueError if it is something else."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise ValueError("not a regular file")


def copy_messages(folder: Path, to: Path) -> None:
    """Copy those message files that can be read into another folder, byte by byte."""
    for file in read_stored(folder).files:
        if not file.problem:
            (to / file.name).write_bytes(_bytes(folder / file.name))


def _number(name: str) -> int:
    found = MESSAGE_FILE.fullmatch(name)
    return int(found[1]) if found else 0


def _read(path: Path) -> StoredFile:
    try:
        return StoredFile(path.name, _parse(_bytes(path)))
    except (OSError, ValueError, RecursionError) as error:
        return StoredFile(path.name, (), str(error) or type(error).__name__)


def _bytes(path: Path) -> bytes:
    """The bytes of a regular file. Raises OSError, or ValueError if it is something else."""
    with open_regular(path) as file:
        data = file.read(MOST_FILE_BYTES + 1)
    if len(data) > MOST_FILE_BYTES:
        raise ValueError(f"larger than {MOST_FILE_BYTES:,} bytes")
    return data


def _parse(data: bytes) -> tuple[Record, ...]:
    """The records of a JSON array. Raises ValueError or RecursionError."""
    try:
        records = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(records, list):
        raise ValueError(f"a JSON {type(records).__name__}, not an array")
    for place, record in enumerate(records):
        if not isinstance(record, dict):
            raise ValueError(f"item {place} is a {type(record).__name__}, not an object")
    return tuple(records)


def _refuse(constant: str) -> None:
    """Python reads NaN and Infinity, which are no JSON."""
    raise ValueError(f"{constant} is no number of JSON")
