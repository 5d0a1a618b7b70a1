"""Which records of a damaged file are whole: those before a tear, with all they must hold."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.healing import damaged_files, heal, salvage
from challenge.models import encode, now
from tests.conftest import a_message

NAME = "messages_1.json"
RECORDS = [a_message(number).record(now()) for number in range(1, 6)]
WHOLE = encode(RECORDS)
MESSAGE = {"id": f"{1:016x}", "roomId": "r", "sender": "a", "content": "hello", "timestamp": "c"}


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_torn_anywhere_keeps_all_records_before_the_tear(at: int) -> None:
    kept = salvage(NAME, WHOLE[:at])
    assert kept == RECORDS[: len(kept)]
    assert len(kept) == WHOLE[:at].count(b"}")


@given(st.binary(max_size=200))
def test_rubbish_is_salvaged_without_an_error(data: bytes) -> None:
    assert all(isinstance(record, dict) for record in salvage(NAME, data))


def test_users_and_rooms_need_fields_of_their_own(tmp_path: Path) -> None:
    user = {"username": "minji", "passwordHash": "x"}
    (tmp_path / "users.json").write_bytes(encode([user, {"username": "alex"}]))
    room = {"roomId": "r", "name": "Party", "participants": ["minji"]}
    (tmp_path / "chatrooms.json").write_bytes(encode([{"roomId": "q", "name": "No"}, room]))
    assert heal(tmp_path) == {"users.json": [user], "chatrooms.json": [room]}
    assert [name.split(".damaged-")[0] for name in damaged_files(tmp_path)] == [
        "chatrooms.json",
        "users.json",
    ]


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("messages_1.json", {**MESSAGE, "id": 7}),
        ("messages_1.json", {**MESSAGE, "id": "zz"}),
        ("messages_1.json", {**MESSAGE, "roomId": []}),
        ("messages_1.json", {**MESSAGE, "content": "\ud800"}),
        ("chatrooms.json", {"roomId": "r", "name": "n", "participants": None}),
        ("chatrooms.json", {"roomId": "r", "name": "n", "participants": [7]}),
        ("users.json", {"username": [], "passwordHash": "x"}),
    ],
)
def test_a_record_of_wrong_types_is_damage_too(
    tmp_path: Path, name: str, record: dict[str, object]
) -> None:
    (tmp_path / name).write_text(json.dumps([record]))
    assert heal(tmp_path) == {name: []}
    assert len(damaged_files(tmp_path)) == 1


def test_a_lone_surrogate_in_a_torn_file_is_left_out(tmp_path: Path) -> None:
    records = [{**MESSAGE, "content": "\ud800"}, MESSAGE, MESSAGE]
    (tmp_path / "messages_1.json").write_text(json.dumps(records)[:-20])
    assert heal(tmp_path) == {"messages_1.json": [MESSAGE]}


def test_a_record_with_damaged_characters_is_not_whole(tmp_path: Path) -> None:
    data = json.dumps([MESSAGE, MESSAGE]).encode().replace(b"hello", b"hel\xffo", 1)
    (tmp_path / "messages_1.json").write_bytes(data)
    assert heal(tmp_path) == {"messages_1.json": [MESSAGE]}


def test_what_only_looks_like_a_surrogate_is_no_damage(tmp_path: Path) -> None:
    records = [{**MESSAGE, "content": "C:\\users\\udo, or \\ud800"}]
    (tmp_path / "messages_1.json").write_bytes(encode(records))
    assert heal(tmp_path) == {"messages_1.json": records}
    assert damaged_files(tmp_path) == []


def test_whole_records_inside_something_else_are_found(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({"messages": [MESSAGE, {"of": [MESSAGE]}]}))
    assert heal(tmp_path) == {NAME: [MESSAGE, MESSAGE]}
