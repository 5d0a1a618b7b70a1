"""Kinds of damage to data files: by name, what each does to the bytes of a file or to a folder."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from challenge.directory import ROOMS, USERS
from challenge.models import Record

FILES = ("messages_1.json", "messages_2.json", "messages_3.json")  # the last one takes more
DEEP = 2_000  # more levels than Python's parser follows
GARBAGE = bytes(range(0x80, 0x100)) + b'{"id": [[[{{{ \x00"'

Bytes = Callable[[bytes, random.Random], bytes]
Folder = Callable[[Path, random.Random], None]


def _to_first(change: Callable[[Record], object]) -> Bytes:
    """A change of the first record, in a file that stays JSON."""

    def damage(data: bytes, _: random.Random) -> bytes:
        records = json.loads(data)
        change(records[0])
        return json.dumps(records).encode()

    return damage


def _with(value: str) -> Bytes:
    """A value that is no record, as the first in the array."""
    return lambda data, _: data.replace(b"[", b"[" + value.encode() + b", ", 1)


def _between(text: bytes) -> Bytes:
    """Something in place of the comma between the first two records."""
    return lambda data, _: data.replace(b"}, {", b"}" + text + b"{", 1)


def _instead(old: str, new: str) -> Bytes:
    """Another text in place of the first of its kind."""
    return lambda data, _: data.replace(old.encode(), new.encode(), 1)


def _cut(data: bytes, choose: random.Random) -> int:
    return choose.randrange(1, len(data))


def _zeroed(data: bytes, start: int, end: int) -> bytes:
    return data[:start] + bytes(end - start) + data[end:]


OF_BYTES: dict[str, Bytes] = {
    # torn
    "empty": lambda data, _: b"",
    "only its first byte": lambda data, _: data[:1],
    "without its last byte": lambda data, _: data[:-1],
    "cut anywhere": lambda data, choose: data[: _cut(data, choose)],
    "without its first byte": lambda data, _: data[1:],
    "without its beginning": lambda data, choose: data[_cut(data, choose) :],
    "a piece missing": lambda data, choose: data[:150] + data[150 + choose.randrange(1, 200) :],
    "a block twice": lambda data, choose: data[:300] + data[100:],
    # zeros
    "zeros behind it": lambda data, _: data + bytes(4_096),
    "zeros in place of its end": lambda data, choose: _zeroed(data, _cut(data, choose), len(data)),
    "zeros in place of its beginning": lambda data, choose: _zeroed(data, 0, _cut(data, choose)),
    "zeros in the middle": lambda data, _: _zeroed(data, 100, 300),
    "zeros only": lambda data, _: bytes(len(data)),
    "a zero in a text": _instead("number", "num\0ber"),
    # strange bytes
    "no UTF-8 in a text": lambda data, _: data.replace(b"number", b"num\xff\xfeber", 1),
    "garbage behind it": lambda data, _: data + GARBAGE,
    "garbage before it": lambda data, _: GARBAGE + data,
    "garbage in the middle": lambda data, choose: data[: len(data) // 2] + GARBAGE + data[300:],
    "garbage between records": _between(b", " + GARBAGE + b", "),
    "garbage only": lambda data, choose: choose.randbytes(len(data)),
    "a flipped bit": _instead("}, {", "}, z"),
    "another character set": lambda data, _: data.decode().encode("euc_kr"),
    "a page of a proxy": lambda data, _: b"<!doctype html><title>502 Bad Gateway</title>",
    # by hand, or by another program
    "a byte order mark": lambda data, _: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data, _: data.decode().encode("utf-16"),
    "indented": lambda data, _: json.dumps(json.loads(data), indent=2).encode(),
    "two commas": _between(b",, "),
    "no comma": _between(b" "),
    "a comma at the end": _instead("}]", "},]"),
    "no bracket at the end": lambda data, _: data.removesuffix(b"]"),
    "another bracket at the end": lambda data, _: data.removesuffix(b"]") + b"}",
    "no brace at a record's end": _instead("}, {", ", {"),
    "no quote at a text's end": _instead('", "sender"', ', "sender"'),
    "single quotes": _instead('"id"', "'id'"),
    "a comment": _between(b", // from here on tonight's\n"),
    "marks of a merge": _between(b",\n<<<<<<< mine\n=======\n>>>>>>> theirs\n"),
    "one record a line": lambda data, _: data[1:-1].replace(b"}, {", b"}\n{"),
    "twice, one behind the other": lambda data, _: data + data,
    # JSON, but no array of messages
    "an array in an array": lambda data, _: b"[" + data + b"]",
    "an object around it": lambda data, _: b'{"messages": ' + data + b"}",
    "an empty object": lambda data, _: b"{}",
    "null": lambda data, _: b"null",
    "a text": lambda data, _: json.dumps(data.decode()).encode(),
    "a number among the records": _with("7"),
    "null among the records": _with("null"),
    "an empty record": _with("{}"),
    "nested too deep in brackets": lambda data, _: b"[" * DEEP + data,
    "nested too deep in braces": lambda data, _: b'{"a": ' * DEEP + data,
    "a record without an id": _to_first(lambda record: record.pop("id")),
    "an id of a wrong type": _to_first(lambda record: record.update(id=7)),
    "an id that is none": _to_first(lambda record: record.update(id="../../etc")),
    "a record without a room": _to_first(lambda record: record.pop("roomId")),
    "a room of a wrong type": _to_first(lambda record: record.update(roomId=["room"])),
    "no content": _to_first(lambda record: record.update(content=None)),
    "half a character": _to_first(lambda record: record.update(content="\ud83d")),
}


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path, target: str) -> None:
    path.unlink()
    path.symlink_to(target)


def _move_and_link(path: Path, name: str) -> None:
    path.rename(path.with_name(name))
    path.symlink_to(name)


def _remove_all(folder: Path) -> None:
    for name in FILES:
        (folder / name).unlink()


def _write(path: Path, data: bytes = b"") -> None:
    path.write_bytes(data)


OF_FOLDERS: dict[str, Folder] = {
    "a folder in place of a file": lambda place, choose: _make_folder(place / choose.choice(FILES)),
    "a link to nothing": lambda place, choose: _link(place / choose.choice(FILES), "gone"),
    "a link to itself": lambda place, choose: _link(place / FILES[1], FILES[1]),
    "a link to the file": lambda place, choose: _move_and_link(place / FILES[1], "elsewhere"),
    "no permission": lambda place, choose: (place / choose.choice(FILES)).chmod(0),
    "the first file missing": lambda place, _: (place / FILES[0]).unlink(),
    "a file missing": lambda place, _: (place / FILES[1]).unlink(),
    "the last file missing": lambda place, _: (place / FILES[2]).unlink(),
    "all files missing": lambda place, _: _remove_all(place),
    "a gap in the numbers": lambda place, _: _write(place / "messages_9.json", b"[]"),
    "a huge number": lambda place, _: _write(place / f"messages_{10**30}.json", b"[]"),
    "a next file that is empty": lambda place, _: _write(place / "messages_4.json"),
    "a next file with half a record": lambda place, _: _write(
        place / "messages_4.json", (place / FILES[2]).read_bytes()[:20]
    ),
    "a temporary file left": lambda place, _: _write(place / "messages_3.json.tmp", b'[{"id'),
    "a whole temporary file left": lambda place, _: _write(
        place / "messages_4.json.tmp", (place / FILES[2]).read_bytes()
    ),
    "a temporary folder left": lambda place, _: (place / "messages_3.json.tmp").mkdir(),
    "a file that was set aside before": lambda place, _: _write(
        place / "messages_1.json.damaged-20261231T235959.000000Z", b"[{"
    ),
    "the same messages in two files": lambda place, _: _write(
        place / "messages_4.json", (place / FILES[1]).read_bytes()
    ),
    "a file of number 0": lambda place, _: _write(place / "messages_0.json", b"not ours"),
    "a copy that an editor left": lambda place, _: _write(place / "messages_1.json~", b"not ours"),
    "torn users": lambda place, _: _write(place / USERS, (place / USERS).read_bytes()[:-9]),
    "empty users": lambda place, _: _write(place / USERS),
    "no users": lambda place, _: (place / USERS).unlink(),
    "a folder in place of the users": lambda place, _: _make_folder(place / USERS),
    "torn rooms": lambda place, _: _write(place / ROOMS, (place / ROOMS).read_bytes()[:-9]),
    "rooms without members": lambda place, _: _write(place / ROOMS, b'[{"roomId": "r"}]'),
    "a member of a wrong type": lambda place, _: _write(
        place / ROOMS, (place / ROOMS).read_bytes().replace(b'"minji"', b"7")
    ),
}


def prepare(folder: Path, records: list[list[Record]]) -> None:
    """A sound data folder with these message files, a user and a room."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, each in zip(FILES, records, strict=True):
        (folder / name).write_text(json.dumps(each, ensure_ascii=False), encoding="utf-8")
    user = {"username": "minji", "passwordHash": "x"}
    room = {"roomId": "room", "name": "Party", "participants": ["minji"]}
    (folder / USERS).write_text(json.dumps([user]))
    (folder / ROOMS).write_text(json.dumps([room]))
