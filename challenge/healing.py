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
MESSAGE_ID = re.compile(r"[0-9a-f]{16}")
SURROGATE = b"\\ud"  # perhaps half a character, escaped: JSON carries it, UTF-8 cannot


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
    for leftover in folder.glob("*" + files.TEMPORARY):
        log.warning("removed %s, which a crash left unfinished", leftover.name)
        leftover.unlink()
    names = [*FIELDS, *message_files(folder)]
    return {name: read_or_heal(folder / name) for name in names if (folder / name).exists()}


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
        if SURROGATE in data:
            encode(records)
        if all(is_whole(path.name, record) for record in records):
            return records
        reason: Exception = DamagedFile("records without all they must hold")
    except (DamagedFile, UnicodeEncodeError, OSError) as error:
        reason = error
    kept = [record for record in salvage(data) if is_whole(path.name, record)]
    aside = path.with_name(f"{path.name}{DAMAGED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    if path.exists():
        os.link(path, aside)  # a crash right here leaves the damaged file where it is
    files.write_durably(path, encode(kept))
    told = "%s is damaged (%s): kept %d whole records, the file as it was is %s"
    log.error(told, path.name, reason, len(kept), aside.name)
    return kept


def is_whole(name: str, record: Record) -> bool:
    """Whether a record of the file of that name holds all it must, in the right types."""
    fields = FIELDS.get(name, MESSAGE_FIELDS)
    if not all(isinstance(record.get(field), kind) for field, kind in fields.items()):
        return False
    if name in FIELDS:
        return all(isinstance(each, str) for each in record.get("participants", ()))
    return bool(MESSAGE_ID.fullmatch(record["id"]))


def salvage(data: bytes) -> list[Record]:
    """The whole JSON objects of a damaged array, in order; none with a damaged character in it."""
    text = data.decode(errors="surrogateescape")
    decoder = json.JSONDecoder()
    records, at = [], text.find("{")
    while at >= 0:
        try:
            record, end = decoder.raw_decode(text, at)
            encode([record])
            records.append(record)
        except UnicodeEncodeError:
            pass  # raw_decode found its end
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)
    return records
