"""Pages of history: right over the borders of files, and no file is opened without need."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.errors import BadField
from challenge.history import History
from challenge.models import Record

ROOMS = ("a", "b", "c")


@dataclass
class Folder:
    """Message files in memory, filled through a History as a data manager would, reads noted."""

    max_per_file: int
    files: dict[str, list[Record]] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.history = History(self.read, self.max_per_file)

    def read(self, name: str) -> list[Record]:
        """The records of a file."""
        self.reads.append(name)
        return self.files[name]

    def store(self, *rooms: str) -> list[str]:
        """Store a message for each room named; returns the ids of them all."""
        for room_id in rooms:
            name, before = self.history.active()
            records = self.files.setdefault(name, [])
            assert before == records
            assert len(records) < self.max_per_file
            total = sum(len(each) for each in self.files.values())
            record = {"id": f"{total + 1:016x}", "roomId": room_id}
            records.append(record)
            self.history.add(name, record["id"], room_id)
        return [record["id"] for records in self.files.values() for record in records]

    @property
    def active(self) -> tuple[str, int]:
        """The file that takes the next message, and how many it holds."""
        name, records = self.history.active()
        return name, len(records)

    def page(
        self, room_id: str, limit: int, before: str | None = None, after: str | None = None
    ) -> list[str]:
        """The ids of a page, the reads it took noted anew."""
        self.reads.clear()
        return [record["id"] for record in self.history.page(room_id, limit, before, after)]


@given(
    rooms=st.lists(st.sampled_from(ROOMS), max_size=40),
    max_per_file=st.integers(1, 7),
    limit=st.integers(1, 12),
    anchor=st.integers(0, 39),
)
def test_pages_are_those_of_a_plain_list(
    rooms: list[str], max_per_file: int, limit: int, anchor: int
) -> None:
    # given messages of several rooms in several files
    folder = Folder(max_per_file)
    ids = folder.store(*rooms)

    # then each page is a slice of the room's messages
    for room_id in ROOMS:
        own = [each for each, room in zip(ids, rooms, strict=True) if room == room_id]
        assert folder.page(room_id, limit) == own[-limit:]
        if own:
            at = anchor % len(own)
            assert folder.page(room_id, limit, before=own[at]) == own[:at][-limit:]
            assert folder.page(room_id, limit, after=own[at]) == own[at + 1 :][:limit]

            # and no file is read twice, or that holds nothing of the room
            assert len(folder.reads) == len(set(folder.reads))
            assert all(
                any(record["roomId"] == room_id for record in folder.files[name])
                for name in folder.reads
            )


def test_the_last_page_opens_only_the_last_files() -> None:
    folder = Folder(max_per_file=10)
    ids = folder.store(*"a" * 95)
    assert folder.page("a", 5) == ids[-5:]
    assert folder.reads == ["messages_10.json"]
    assert folder.page("a", 6) == ids[-6:]
    assert folder.reads == ["messages_10.json", "messages_9.json"]
    assert folder.page("a", 15) == ids[-15:]
    assert folder.reads == ["messages_10.json", "messages_9.json"]


def test_a_page_beside_a_message_opens_its_file_and_those_it_goes_on_in() -> None:
    folder = Folder(max_per_file=10)
    ids = folder.store(*"a" * 95)
    assert folder.page("a", 5, before=ids[45]) == ids[40:45]
    assert folder.reads == ["messages_5.json"]
    assert folder.page("a", 6, before=ids[45]) == ids[39:45]
    assert folder.reads == ["messages_5.json", "messages_4.json"]
    assert folder.page("a", 4, after=ids[45]) == ids[46:50]
    assert folder.reads == ["messages_5.json"]
    assert folder.page("a", 5, after=ids[45]) == ids[46:51]
    assert folder.reads == ["messages_5.json", "messages_6.json"]


def test_files_that_hold_nothing_of_the_room_stay_closed() -> None:
    # given a room with messages in the first and the last of many files
    folder = Folder(max_per_file=10)
    ids = folder.store("a", *"b" * 98, "a")
    own = [ids[0], ids[-1]]

    # then a page of it opens those two
    assert folder.page("a", 100) == own
    assert folder.reads == ["messages_10.json", "messages_1.json"]
    assert folder.page("a", 100, after=own[0]) == own[1:]
    assert folder.reads == ["messages_1.json", "messages_10.json"]
    assert folder.page("a", 100, before=own[1]) == own[:1]
    assert folder.reads == ["messages_10.json", "messages_1.json"]

    # and one of a room without messages none
    assert folder.page("c", 100) == []
    assert folder.reads == []


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize("anchor", ["", "0", "x", "0000000000000002", "f" * 16, "\ud800", "새"])
def test_an_anchor_that_is_no_message_of_the_room_is_named(name: str, anchor: str) -> None:
    folder = Folder(max_per_file=2)
    folder.store("a", "b", "a", "a")  # the second is another room's
    with pytest.raises(BadField, match=f"{name} must be the id of a message of this room"):
        folder.page("a", 10, **{name: anchor})


@pytest.mark.parametrize("name", ["before", "after"])
def test_an_anchor_where_nothing_is_stored_is_refused(name: str) -> None:
    with pytest.raises(BadField):
        Folder(max_per_file=2).page("a", 10, **{name: "0" * 16})


def test_a_file_that_is_full_is_followed_by_the_next() -> None:
    folder = Folder(max_per_file=3)
    assert folder.active == ("messages_1.json", 0)
    folder.store("a", "a")
    assert folder.active == ("messages_1.json", 2)
    folder.store("a")
    assert folder.active == ("messages_2.json", 0)
    assert folder.active == ("messages_2.json", 0)  # asking changes nothing
    folder.store("a")
    assert list(folder.files) == ["messages_1.json", "messages_2.json"]


def test_what_was_there_at_the_start_is_known_as_if_it_had_been_added() -> None:
    # given files of an earlier run, one of which was healed and is empty now
    earlier = Folder(max_per_file=3)
    ids = earlier.store("a", "b", "a", "a")
    folder = Folder(max_per_file=3, files=earlier.files)
    for number, records in enumerate(earlier.files.values(), start=1):
        folder.history.load(number, records)
    assert folder.active == ("messages_2.json", 1)
    assert folder.history.last_id == ids[-1]
    assert folder.page("a", 10) == [ids[0], ids[2], ids[3]]
    folder.history.load(3, [])
    assert folder.active == ("messages_3.json", 0)
    assert folder.page("a", 10) == [ids[0], ids[2], ids[3]]


def test_files_with_more_messages_than_now_allowed_are_left_alone() -> None:
    folder = Folder(max_per_file=2)
    folder.history.load(1, [{"id": f"{number}", "roomId": "a"} for number in range(5)])
    assert folder.active == ("messages_2.json", 0)


def test_what_a_failed_try_left_in_a_file_is_not_stored() -> None:
    folder = Folder(max_per_file=3)
    ids = folder.store("a", "a")
    folder.files["messages_1.json"].append({"id": "f" * 16, "roomId": "a"})
    assert folder.page("a", 10) == ids
    assert folder.active == ("messages_1.json", 2)


def test_a_file_that_was_damaged_meanwhile_holds_what_is_left() -> None:
    folder = Folder(max_per_file=4)
    ids = folder.store("a", "a", "a")
    del folder.files["messages_1.json"][1]
    assert folder.page("a", 10) == [ids[0], ids[2]]
    assert folder.active == ("messages_1.json", 2)


def test_who_reads_a_page_meanwhile_changes_nothing() -> None:
    # given a file of which a reader sees less than is stored when it has read
    folder = Folder(max_per_file=9)
    ids = folder.store("a", "a")
    earlier = folder.files["messages_1.json"]
    folder.files["messages_1.json"] = [*earlier, {"id": "0" * 15 + "3", "roomId": "a"}]

    def read_while_another_is_stored(name: str) -> list[Record]:
        folder.history.add(name, "0" * 15 + "3", "a")
        return earlier

    folder.history._read = read_while_another_is_stored
    assert folder.page("a", 10) == ids

    # then nothing is forgotten
    folder.history._read = folder.read
    assert folder.active == ("messages_1.json", 3)


def test_the_last_id_is_empty_before_the_first_message() -> None:
    folder = Folder(max_per_file=3)
    assert folder.history.last_id == ""
    assert folder.store("a", "a", "a", "b")[-1] == folder.history.last_id
