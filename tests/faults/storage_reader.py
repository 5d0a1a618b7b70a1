"""What a careful reader finds in a data folder, damaged or not, sharing no code with healing."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from challenge.directory import ROOMS, USERS
from challenge.healing import MESSAGE_FILE, damaged_files
from challenge.models import Record
from tests.faults.storage_servers import mark

# What a record must hold, told once more: what healing takes for whole is tested here.
FIELDS: dict[str, dict[str, type]] = {
    USERS: {"username": str, "passwordHash": str},
    ROOMS: {"roomId": str, "name": str, "participants": list},
}
MESSAGE_FIELDS = dict.fromkeys(("id", "roomId", "sender", "content", "timestamp"), str)
ID = re.compile("[0-9a-f]{16}")


@dataclass
class Left:
    """A damaged folder, as a careful reader sees it before the server does."""

    messages: list[str] = field(default_factory=list)  # marks of the whole ones, some perhaps twice
    unsound: dict[str, bytes | None] = field(default_factory=dict)  # None: cannot be read at all
    aside: list[str] = field(default_factory=list)
    knows_user: bool = False


def careful_look(place: Path, known: Sequence[Record]) -> Left:
    """What is left of these messages, and of all else, in a folder."""
    left = Left(aside=damaged_files(place))
    for path in sorted(place.iterdir(), key=_number):
        ours = MESSAGE_FILE.fullmatch(path.name)
        if not ours and path.name not in FIELDS:
            continue
        try:
            data = path.read_bytes()
        except OSError:
            left.unsound[path.name] = None
            continue
        if ours:
            left.messages += _careful(data, known)
        if not _is_sound(data, FIELDS.get(path.name, MESSAGE_FIELDS)):
            left.unsound[path.name] = data
    left.knows_user = (place / USERS).exists() and USERS not in left.unsound
    return left


def _records(data: bytes) -> list[Record] | None:
    """The records, if these bytes are an array of such, whatever is in them."""
    try:
        records = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if isinstance(records, list) and all(isinstance(each, dict) for each in records):
        return records
    return None


def _careful(data: bytes, known: Sequence[Record]) -> list[str]:
    """The marks of the known messages that stand whole in these bytes, doubled if they do twice."""
    texts = {mark_of(each): json.dumps(each, ensure_ascii=False).encode() for each in known}
    in_text = [each for each, text in texts.items() for _ in range(data.count(text))]
    in_json = [mark_of(each) for each in _records(data) or [] if each in known]
    return max(in_text, in_json, key=len)


def _is_sound(data: bytes, fields: Mapping[str, type]) -> bool:
    """Whether these bytes are an array of records with all they must hold, in UTF-8."""
    records = _records(data)
    try:
        json.dumps(records, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return records is not None and all(_is_whole(each, fields) for each in records)


def _is_whole(record: Record, fields: Mapping[str, type]) -> bool:
    typed = all(isinstance(record.get(name), kind) for name, kind in fields.items())
    members = all(isinstance(each, str) for each in record.get("participants") or ())
    return typed and members and bool(ID.fullmatch(record.get("id", "0" * 16)))


def mark_of(record: Record) -> str:
    """What a message is told apart by, of its record."""
    return mark(record["id"], record["content"])


def _number(path: Path) -> int:
    found = MESSAGE_FILE.fullmatch(path.name)
    return int(found[1]) if found else 0
