"""Users and rooms: in memory only after they are on disk, and back after a restart."""

import json
from pathlib import Path

import eventlet
import pytest

from challenge.directory import Directory
from challenge.errors import NameTaken, NotFound, RateLimited, RoomNotFound, StorageUnavailable
from challenge.healing import heal
from challenge.models import User
from challenge.storage import JsonFiles
from tests.conftest import Disk

MAX_ROOMS = 30


@pytest.fixture
def directory(json_files: JsonFiles) -> Directory:
    """A directory of three users."""
    made = Directory(json_files, [], [], MAX_ROOMS)
    for username in ("minji", "alex", "sofia"):
        made.add_user(User(username, "hash"))
    return made


def reopened(folder: Path, json_files: JsonFiles) -> Directory:
    """The directory as the next start finds it."""
    found = heal(folder)
    users, rooms = found.get("users.json", []), found.get("chatrooms.json", [])
    return Directory(json_files, users, rooms, MAX_ROOMS)


def test_users_are_known_by_their_name(directory: Directory) -> None:
    assert directory.user("minji") == User("minji", "hash")
    assert directory.user("nobody") is None
    assert directory.user("Minji") is None


def test_a_taken_name_is_refused_and_changes_nothing(directory: Directory, tmp_path: Path) -> None:
    before = (tmp_path / "users.json").read_bytes()
    with pytest.raises(NameTaken, match="minji is taken"):
        directory.add_user(User("minji", "other hash"))
    assert directory.user("minji") == User("minji", "hash")
    assert (tmp_path / "users.json").read_bytes() == before


def test_of_two_who_sign_up_at_once_under_one_name_one_does(directory: Directory) -> None:
    taken = 0

    def sign_up(password_hash: str) -> None:
        nonlocal taken
        try:
            directory.add_user(User("yuna", password_hash))
        except NameTaken:
            taken += 1

    tries = [eventlet.spawn(sign_up, password_hash) for password_hash in ("one", "two", "three")]
    for each in tries:
        each.wait()
    assert taken == 2
    assert directory.user("yuna") == User("yuna", "one")


def test_a_user_is_in_so_many_rooms_and_no_more(directory: Directory) -> None:
    rooms = [directory.create_room("a room", "minji", ["alex"]) for _ in range(MAX_ROOMS)]
    told = "alex is in 30 rooms already.*--max-rooms-per-user"
    with pytest.raises(RateLimited, match=told.replace("alex", "minji")):
        directory.create_room("one more", "minji", [])
    with pytest.raises(RateLimited, match=told):
        directory.create_room("one more", "sofia", ["alex"])
    assert directory.rooms_of("sofia") == []
    with pytest.raises(RateLimited, match=told):
        directory.invite(directory.create_room("one of sofia's", "sofia", []), "alex")
    directory.invite(rooms[0], "alex")  # who is a member already
    assert len(directory.rooms_of("alex")) == MAX_ROOMS


def test_a_room_has_its_creator_and_those_invited_once_each(directory: Directory) -> None:
    room = directory.create_room("Party", "minji", ["alex", "minji", "alex"])
    assert room.participants == ["minji", "alex"]
    assert directory.room(room.room_id, "alex") is room
    assert directory.rooms_of("minji") == directory.rooms_of("alex") == [room]
    assert directory.rooms_of("sofia") == []


def test_names_of_rooms_need_not_be_unique(directory: Directory) -> None:
    rooms = [directory.create_room("Party", "minji", []) for _ in range(3)]
    assert len({room.room_id for room in rooms}) == 3
    assert directory.rooms_of("minji") == rooms


def test_strangers_cannot_tell_a_room_from_none(directory: Directory) -> None:
    room = directory.create_room("Party", "minji", [])
    told = []
    for room_id, username in ((room.room_id, "alex"), ("none", "alex"), (room.room_id, "nobody")):
        with pytest.raises(RoomNotFound) as refusal:
            directory.room(room_id, username)
        told.append(refusal.value.message)
    assert len(set(told)) == 1


def test_rooms_are_for_users_who_exist(directory: Directory, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no user nobody"):
        directory.create_room("Party", "minji", ["nobody"])
    assert directory.rooms_of("minji") == []
    room = directory.create_room("Party", "minji", [])
    with pytest.raises(NotFound, match="no user nobody"):
        directory.invite(room, "nobody")
    assert room.participants == ["minji"]


def test_inviting_twice_writes_once(directory: Directory, disk: Disk) -> None:
    room = directory.create_room("Party", "minji", [])
    disk.calls.clear()
    directory.invite(room, "alex")
    directory.invite(room, "alex")
    assert room.participants == ["minji", "alex"]
    assert directory.rooms_of("alex") == [room]
    assert disk.writes == ["chatrooms.json"]


def test_who_is_invited_twice_at_once_is_a_member_once(directory: Directory) -> None:
    room = directory.create_room("Party", "minji", [])
    for each in [eventlet.spawn(directory.invite, room, "alex") for _ in range(3)]:
        each.wait()
    assert room.participants == ["minji", "alex"]
    assert directory.rooms_of("alex") == [room]


def test_changes_at_once_lose_none(
    directory: Directory, json_files: JsonFiles, tmp_path: Path
) -> None:
    room = directory.create_room("Party", "minji", [])
    changes = [eventlet.spawn(directory.create_room, f"Room {n}", "alex", []) for n in range(5)]
    changes += [eventlet.spawn(directory.invite, room, name) for name in ("alex", "sofia")]
    changes += [eventlet.spawn(directory.add_user, User(f"user-{n}", "x")) for n in range(5)]
    for each in changes:
        each.wait()

    again = reopened(tmp_path, json_files)
    assert len(again.rooms_of("alex")) == 6
    assert again.room(room.room_id, "sofia").participants == ["minji", "alex", "sofia"]
    assert all(again.user(f"user-{n}") for n in range(5))


def test_a_restart_finds_what_was_there(
    directory: Directory, json_files: JsonFiles, tmp_path: Path
) -> None:
    room = directory.create_room("새해 파티", "minji", ["alex"])
    directory.invite(room, "sofia")
    again = reopened(tmp_path, json_files)
    assert again.user("minji") == User("minji", "hash")
    assert again.rooms_of("sofia") == [room]


@pytest.mark.parametrize("step", ["write_and_sync", "replace"])
def test_what_the_disk_refuses_is_not_in_memory_either(
    directory: Directory, disk: Disk, tmp_path: Path, step: str
) -> None:
    # given a room, and a disk that refuses
    room = directory.create_room("Party", "minji", [])
    files_before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    disk.fail(step)

    # when anything is to change, then the caller is told why
    with pytest.raises(StorageUnavailable, match="No space left on device"):
        directory.add_user(User("yuna", "hash"))
    with pytest.raises(StorageUnavailable, match="No space left on device"):
        directory.create_room("Second", "minji", [])
    with pytest.raises(StorageUnavailable, match="No space left on device"):
        directory.invite(room, "alex")

    # and nothing has
    assert directory.user("yuna") is None
    assert directory.rooms_of("minji") == [room]
    assert room.participants == ["minji"]
    assert directory.rooms_of("alex") == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files_before

    # and once it recovers, the same changes are possible
    disk.recover()
    directory.add_user(User("yuna", "hash"))
    directory.invite(room, "alex")
    assert [each["username"] for each in json.loads((tmp_path / "users.json").read_bytes())] == [
        "minji", "alex", "sofia", "yuna",
    ]  # fmt: skip
