"""Which messages are in which file, and reading them back a page at a time.

Kept in memory for each file: its first and last id and how many messages of each room it holds.
Ids sort in the order of the files, so a page opens only files that hold what it asks for.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from .errors import BadField
from .healing import message_file
from .models import Record


@dataclass
class FileEntry:
    """What one message file holds; never an empty one."""

    name: str
    first_id: str
    last_id: str
    count: int = 0
    rooms: Counter[str] = field(default_factory=Counter)


class History:
    """The index of all message files. `read` gives the records of a file, by name."""

    def __init__(self, read: Callable[[str], list[Record]], max_per_file: int) -> None:
        self._read = read
        self.max_per_file = max_per_file
        self._files: list[FileEntry] = []
        self._number = 1  # of the active file

    def load(self, number: int, records: Iterable[Record]) -> None:
        """Note a file that was there at the start; call in the order of the numbers."""
        self._number = number
        for record in records:
            self.add(message_file(number), record["id"], record["roomId"])

    def add(self, name: str, message_id: str, room_id: str) -> None:
        """Note one more message, at the end of the active file."""
        if not self._files or self._files[-1].name != name:
            self._files.append(FileEntry(name, first_id=message_id, last_id=message_id))
        entry = self._files[-1]
        entry.last_id = message_id
        entry.rooms[room_id] += 1
        entry.count += 1

    @property
    def last_id(self) -> str:
        """The id of the newest message, or an empty text."""
        return max((entry.last_id for entry in self._files), default="")

    def active(self) -> tuple[str, list[Record]]:
        """The file that takes the next message: its name, and what is stored in it.

        For the one who adds messages; nobody may add any before this returns.
        """
        if self._files and self._files[-1].name == message_file(self._number):
            entry = self._files[-1]
            if entry.count < self.max_per_file:
                records = self._stored(entry)
                entry.count = len(records)  # fewer, if the file was damaged meanwhile
                return entry.name, records
            self._number += 1
        return message_file(self._number), []

    def _stored(self, entry: FileEntry) -> list[Record]:
        """A file's records without those that a try left there which failed late."""
        return self._read(entry.name)[: entry.count]

    def page(
        self, room_id: str, limit: int, before: str | None = None, after: str | None = None
    ) -> list[Record]:
        """At most `limit` messages of a room, oldest first: the last ones; with `before` those
        right before that id; with `after` those right after it.

        Raises BadField if the room holds no such message, and DamagedFile or OSError if a file
        cannot be read.
        """
        if after is not None:
            at, inside, position = self._find(room_id, after, "after")
            later = (self._of_room(entry, room_id) for entry in self._files[at + 1 :])
            newer = chain(inside[position + 1 :], chain.from_iterable(later))
            return list(islice(newer, limit))
        older = self._backwards(room_id, len(self._files))
        if before is not None:
            at, inside, position = self._find(room_id, before, "before")
            older = chain(reversed(inside[:position]), self._backwards(room_id, at))
        return list(islice(older, limit))[::-1]

    def _find(self, room_id: str, anchor: str, name: str) -> tuple[int, list[Record], int]:
        """Where a message is: its file's place, that file's messages of the room, its place."""
        at = bisect_right([entry.first_id for entry in self._files], anchor) - 1
        inside = self._of_room(self._files[at], room_id) if at >= 0 else []
        for position, record in enumerate(inside):
            if record["id"] == anchor:
                return at, inside, position
        raise BadField(f"{name} must be the id of a message of this room")

    def _backwards(self, room_id: str, stop: int) -> Iterator[Record]:
        for entry in reversed(self._files[:stop]):
            yield from reversed(self._of_room(entry, room_id))

    def _of_room(self, entry: FileEntry, room_id: str) -> list[Record]:
        if not entry.rooms[room_id]:
            return []
        return [each for each in self._stored(entry) if each["roomId"] == room_id]
