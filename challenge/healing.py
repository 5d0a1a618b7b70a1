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
FIELDS = {
    "users.json": {"username", "passwordHash"},
    "chatrooms.json": {"roomId", "name", "participants"},
}
MESSAGE_FIELDS = {"id", "roomId", "sender", "content", "timestamp"}


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
    fields = FIELDS.get(path.name, MESSAGE_FIELDS)
    data = b""
    try:
        data = files.read(path)
        records = parse(data)
        if all(fields <= record.keys() for record in records):
            return records
        reason: Exception = DamagedFile("records without all their fields")
    except (DamagedFile, OSError) as error:
        reason = error
    kept = [record for record in salvage(data) if fields <= record.keys()]
    aside = path.with_name(f"{path.name}{DAMAGED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    if path.exists():
        os.link(path, aside)  # a crash right here leaves the damaged file where it is
    files.write_durably(path, encode(kept))
    log.error("%s is damaged (%s): kept %d whole records, the file as it was is %s",
              path.name, reason, len(kept), aside.name)  # fmt: skip
    return kept


def salvage(data: bytes) -> list[Record]:
    """The whole JSON objects of a damaged array, in order."""
    text = data.decode(errors="replace")
    decoder = json.JSONDecoder()
    records, at = [], text.find("{")
    while at >= 0:
        try:
            record, end = decoder.raw_decode(text, at)
            records.append(record)
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)
    return records
