"""What a crash left behind: whole records are kept in order, the damaged file is set aside."""

import json
import re
from pathlib import Path

import pytest

from challenge.healing import damaged_files, heal, lock_folder, message_files, read_or_heal
from challenge.models import Record, encode, now
from tests.conftest import Disk, a_message

RECORDS = [a_message(number).record(now()) for number in range(1, 6)]
WHOLE = encode(RECORDS)
NO_ID = {key: value for key, value in RECORDS[1].items() if key != "id"}


def records_in(path: Path) -> list[Record]:
    """What stands in a data file."""
    found: list[Record] = json.loads(path.read_bytes())
    return found


def test_sound_files_are_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    users = [{"username": "minji", "passwordHash": "x", "more": 1}]
    rooms = [{"roomId": "r", "name": "Party", "participants": []}]
    for name, records in (
        ("users.json", users),
        ("chatrooms.json", rooms),
        ("messages_1.json", RECORDS),
        ("messages_2.json", []),
    ):
        (tmp_path / name).write_bytes(encode(records))
    assert heal(tmp_path) == {
        "users.json": users,
        "chatrooms.json": rooms,
        "messages_1.json": RECORDS,
        "messages_2.json": [],
    }
    assert damaged_files(tmp_path) == []
    assert caplog.records == []


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert heal(tmp_path) == {}


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (WHOLE[:-40], RECORDS[:4]),  # torn at the end
        (WHOLE[40:], RECORDS[1:]),  # torn at the start
        (WHOLE.replace(b'"id"', b'"id', 1), RECORDS[1:]),
        (WHOLE.replace(b'"number 2"', b"\x00\xff{\x80"), [RECORDS[0], *RECORDS[2:]]),
        (WHOLE + b"\x00" * 4_096, RECORDS),
        (WHOLE + WHOLE, RECORDS * 2),
        (encode([RECORDS[0], NO_ID, RECORDS[2]]), [RECORDS[0], RECORDS[2]]),
        (b"", []),
        (b"\x00" * 1_000, []),
        (b"\x89PNG\r\n\x1a\n{{{[[[\xff", []),
        (b"null", []),
        (b'{"id": "1"}', []),
        (b'{"messages": 5}', []),
        (b"[1, 2, 3]", []),
        (b"[" * 100_000, []),
        (encode(RECORDS[:1])[:-1] + b", [" + b"[" * 100_000, RECORDS[:1]),
    ],
)
def test_whole_records_are_kept_and_the_file_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, data: bytes, kept: list[Record]
) -> None:
    # given a file that is not what it should be
    path = tmp_path / "messages_1.json"
    path.write_bytes(data)

    # when the folder is healed
    found = heal(tmp_path)["messages_1.json"]

    # then what is whole is kept in order, in the file of the same name
    assert found == kept
    assert records_in(path) == kept

    # and the file as it was stands beside it, and the log names both
    (aside,) = damaged_files(tmp_path)
    assert aside.startswith("messages_1.json.damaged-")
    assert (tmp_path / aside).read_bytes() == data
    (line,) = caplog.messages
    assert "messages_1.json is damaged" in line
    assert f"kept {len(kept)} whole records" in line
    assert aside in line

    # and healing it once more finds nothing to do
    assert heal(tmp_path) == {"messages_1.json": kept}
    assert damaged_files(tmp_path) == [aside]


def test_a_damaged_file_leaves_the_others_alone(tmp_path: Path) -> None:
    (tmp_path / "messages_1.json").write_bytes(encode(RECORDS[:2]))
    (tmp_path / "messages_2.json").write_bytes(b"rubbish")
    (tmp_path / "messages_3.json").write_bytes(encode(RECORDS[2:]))
    assert list(heal(tmp_path).values()) == [RECORDS[:2], [], RECORDS[2:]]
    assert len(damaged_files(tmp_path)) == 1


def test_a_file_damaged_twice_is_set_aside_twice(tmp_path: Path) -> None:
    path = tmp_path / "messages_1.json"
    for data in (b"rubbish", b"rubbish again"):
        path.write_bytes(data)
        assert read_or_heal(path) == []
    contents = [(tmp_path / name).read_bytes() for name in damaged_files(tmp_path)]
    assert contents == [b"rubbish", b"rubbish again"]


def test_a_file_that_the_disk_does_not_give_is_not_taken_for_an_empty_one(
    tmp_path: Path, disk: Disk
) -> None:
    path = tmp_path / "messages_1.json"
    path.write_bytes(WHOLE)
    disk.fail("read", 1)
    assert read_or_heal(path) == []
    (aside,) = damaged_files(tmp_path)
    assert (tmp_path / aside).read_bytes() == WHOLE


def test_a_file_that_cannot_be_healed_stays_as_it_is(tmp_path: Path, disk: Disk) -> None:
    path = tmp_path / "messages_1.json"
    path.write_bytes(WHOLE[:-40])
    disk.fail("write_and_sync")
    with pytest.raises(OSError, match="No space"):
        heal(tmp_path)
    assert path.read_bytes() == WHOLE[:-40]


def test_a_file_that_has_gone_is_said_and_begun_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "messages_1.json"
    assert read_or_heal(path) == []
    assert records_in(path) == []
    assert "messages_1.json is damaged" in caplog.text


def test_leftovers_of_a_crash_are_removed_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "messages_1.json").write_bytes(WHOLE)
    (tmp_path / "messages_1.json.tmp").write_bytes(WHOLE[:50])
    (tmp_path / "users.json.tmp").write_bytes(b"[")
    assert heal(tmp_path) == {"messages_1.json": RECORDS}
    assert [path.name for path in tmp_path.iterdir()] == ["messages_1.json"]
    assert "removed messages_1.json.tmp" in caplog.text
    assert "removed users.json.tmp" in caplog.text


def test_message_files_are_ordered_by_number_and_others_are_none(tmp_path: Path) -> None:
    for name in (
        "messages_10",
        "messages_9",
        "messages_1",
        "messages_01",
        "messages_0",
        "messages_",
    ):
        (tmp_path / f"{name}.json").write_bytes(b"[]")
    (tmp_path / "messages_2.json.damaged-20261231T235959.000000Z").write_bytes(b"[]")
    (tmp_path / "my messages_3.json").write_bytes(b"[]")
    assert message_files(tmp_path) == ["messages_1.json", "messages_9.json", "messages_10.json"]


def test_a_folder_is_made_and_taken_by_one(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "challenge"
    with lock_folder(folder):
        with pytest.raises(OSError, match=r"another server is using .*--data-dir"):
            lock_folder(folder)
        with lock_folder(tmp_path / "data" / "solution"):
            pass
    with lock_folder(folder):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for folder in (tmp_path / "file", tmp_path / "file" / "data"):
        with pytest.raises(OSError, match=f"cannot use {re.escape(str(folder))} as data folder: "):
            lock_folder(folder)
