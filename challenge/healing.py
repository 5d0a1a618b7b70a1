"""What a crash, a full disk or an editor left behind, put right at start.

A file that cannot be read is never taken for an empty one: it is set aside under another name,
reported, and the whole records in it go on in a file of its own name.
"""

import fcntl
import json
import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from . import files
from .errors import DamagedFile
from .models import Record, encode, parse

log = logging.getLogger(__name__)

DAMAGED = ".damaged-"
LOCK = ".lock"
MESSAGE_FILE = re.compile(r"messages_([1-9]\d*)\.json")
# What a record must hold to be of use.
FIELDS: dict[str, dict[str, type]] = {
    "users.json": {"username": str, "passwordHash": str},
    "chatrooms.json": {"roomId": str, "name": str, "participants": list},
}
MESSAGE_FIELDS: dict[str, type] = dict.fromkeys(
    ("id", "roomId", "sender", "content", "timestamp"), str
)
HALF_A_CHARACTER = b"\\ud"  # perhaps: JSON carries it, escaped, and UTF-8 cannot
MESSAGE_ID = re.compile(r"[0-9a-f]{16}")


def lock_folder(folder: Path) -> IO[bytes]:
    """Make the folder and take it for this process, until the returned file is closed.

    Raises OSError, with a sentence for the user, if it cannot, or if another process has it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("ab")
    except OSError as error:
        raise OSError(f"cannot use {folder} as data folder: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        message = f"another server is using {folder}; give each its own --data-dir"
        raise OSError(message) from None
    return lock


def heal(folder: Path) -> dict[str, list[Record]]:
    """Put the folder's files right. Returns the records of each, message files in order."""
    there = [path.name for path in folder.iterdir()]  # links to nowhere, too
    for leftover in (folder / name for name in there if name.endswith(files.TEMPORARY)):
        if leftover.is_dir():
            log.error("%s is a folder; it is %s now", leftover.name, set_aside(leftover).name)
        else:
            log.warning("removed %s, which a crash left unfinished", leftover.name)
            leftover.unlink()
    names = [*FIELDS, *message_files(folder)]
    return {name: read_or_heal(folder / name) for name in names if name in there}


def message_files(folder: Path) -> list[str]:
    """The names of the message files, oldest first."""
    numbers = [int(m[1]) for path in folder.iterdir() if (m := MESSAGE_FILE.fullmatch(path.name))]
    return [message_file(number) for number in sorted(numbers)]


def message_file(number: int) -> str:
    """The name of a message file."""
    return f"messages_{number}.json"


def damaged_files(folder: Path) -> list[str]:
    """The names of all files that were set aside, now or earlier."""
    return sorted(path.name for path in folder.glob(f"*{DAMAGED}*"))


def read_or_heal(path: Path) -> list[Record]:
    """The records of a file; one that is damaged is set aside and its whole records are kept."""
    data = b""
    try:
        data = files.read(path)
        records = parse(data)
        check(path.name, records, data)
        return records
    except (DamagedFile, OSError) as error:
        reason = error
    kept = salvage(path.name, data)
    aside = set_aside(path)
    files.write_durably(path, encode(kept))
    told = "%s is damaged (%s): kept %d whole records, the file as it was is %s"
    log.error(told, path.name, reason, len(kept), aside.name)
    return kept


def check(name: str, records: list[Record], data: bytes = HALF_A_CHARACTER) -> None:
    """Raise DamagedFile if records of the file of that name cannot be used, or not be written.

    The file's bytes, where they are known, tell whether it is worth the time to try the latter.
    """
    if not all(is_whole(name, record) for record in records):
        raise DamagedFile("records without all they must hold")
    try:
        if HALF_A_CHARACTER in data:
            encode(records)
    except UnicodeEncodeError as error:
        raise DamagedFile(str(error)) from None


def set_aside(path: Path) -> Path:
    """Let what is at a path be found under another name, which is returned.

    A file stays where it is, too, until it is replaced: a crash in between loses nothing.
    """
    for name in damaged_files(path.parent):  # an earlier try may have come so far
        if path.is_file() and path.samefile(earlier := path.with_name(name)):
            return earlier
    aside = path.with_name(f"{path.name}{DAMAGED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    if path.is_file():
        os.link(path, aside)
    elif os.path.lexists(path):  # a folder, or a link to nowhere
        path.rename(aside)
    return aside


def is_whole(name: str, record: Record) -> bool:
    """Whether a record of the file of that name holds all it must, in the right types."""
    fields = FIELDS.get(name, MESSAGE_FIELDS)
    if not all(isinstance(record.get(field), kind) for field, kind in fields.items()):
        return False
    if name in FIELDS:
        return all(isinstance(each, str) for each in record.get("participants", ()))
    return bool(MESSAGE_ID.fullmatch(record["id"]))


def salvage(name: str, data: bytes) -> list[Record]:
    """The whole records of a damaged file, in order; none with a damaged character in it."""
    text = data.decode(errors="surrogateescape")
    decoder = json.JSONDecoder()
    records, at = [], text.find("{")
    while at >= 0:
        try:
            record, end = decoder.raw_decode(text, at)
            check(name, [record])
            records.append(record)
        except (DamagedFile, ValueError, RecursionError):
            end = at + 1  # there may be a whole one inside
        at = text.find("{", end)
    return records
