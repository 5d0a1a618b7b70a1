"""Messages that were never sent: plausible, in order, and only where there are none."""

import json
from pathlib import Path

import pytest

from challenge.healing import heal, message_files
from challenge.models import MessageIds, Record, now
from challenge.sample_history import ROOM_ID, fill


def records_of(folder: Path) -> list[list[Record]]:
    """The records in each message file."""
    return [json.loads((folder / name).read_bytes()) for name in message_files(folder)]


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (9, [9]), (10, [10]), (11, [10, 1]), (25, [10, 10, 5])]
)
def test_files_are_filled_to_their_limit(tmp_path: Path, count: int, sizes: list[int]) -> None:
    fill(tmp_path, count, max_per_file=10)
    assert [len(records) for records in records_of(tmp_path)] == sizes


def test_its_messages_are_whole_in_order_and_past(tmp_path: Path) -> None:
    fill(tmp_path, 500, max_per_file=200)
    records = [record for each in records_of(tmp_path) for record in each]
    ids = [record["id"] for record in records]
    times = [record["timestamp"] for record in records]
    assert ids == sorted(set(ids))
    assert times == sorted(set(times))
    assert times[-1] < now()
    assert MessageIds().next() > ids[-1]
    assert {record["roomId"] for record in records} == {ROOM_ID}
    for record in records:
        assert set(record) == {"id", "roomId", "sender", "content", "timestamp", "createdAt"}
        assert record["createdAt"] == record["timestamp"]


def test_healing_finds_nothing_wrong_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(tmp_path, 30, max_per_file=10)
    assert [len(records) for records in heal(tmp_path).values()] == [10, 10, 10]
    assert caplog.records == []


def test_two_folders_get_the_same_sentences(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        fill(folder, 50, max_per_file=100)
    said = [[(each["sender"], each["content"]) for each in records_of(f)[0]] for f in folders]
    assert said[0] == said[1]


def test_where_there_are_messages_it_says_so_and_leaves_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    (tmp_path / "messages_3.json").write_bytes(b"[]")
    fill(tmp_path, 10, max_per_file=10)
    assert records_of(tmp_path) == [[]]
    assert "holds messages already: --history 10 adds none" in caplog.text


def test_users_and_rooms_are_no_messages(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_bytes(b"[]")
    fill(tmp_path, 10, max_per_file=10)
    assert [len(records) for records in records_of(tmp_path)] == [10]
