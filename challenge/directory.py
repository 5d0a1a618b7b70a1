"""Who is who: users and rooms, kept in memory and in their files.

A change is in memory only after it is on disk. Each rewrites its whole file, which is fine for
what happens a few times an hour, and the same mistake as in ``data_manager`` if it did not.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable

from eventlet.semaphore import Semaphore

from .errors import NameTaken, NotFound, RateLimited, RoomNotFound, StorageUnavailable
from .models import ChatRoom, Record, User
from .storage import JsonFiles

log = logging.getLogger(__name__)

USERS, ROOMS = "users.json", "chatrooms.json"


class Directory:
    """All users and rooms of one data folder."""

    def __init__(
        self, files: JsonFiles, users: list[Record], rooms: list[Record], max_rooms_per_user: int
    ) -> None:
        self._files = files
        self._max_rooms_per_user = max_rooms_per_user
        self._turn = Semaphore(1)
        self._users = {record["username"]: User.from_record(record) for record in users}
        self._rooms: dict[str, ChatRoom] = {}
        self._rooms_of: defaultdict[str, list[ChatRoom]] = defaultdict(list)
        for record in rooms:
            self._know(ChatRoom.from_record(record))

    def user(self, username: str) -> User | None:
        """The user of that name, if there is one."""
        return self._users.get(username)

    def add_user(self, user: User) -> None:
        """Keep a new user; raises NameTaken if the name is in use."""
        with self._turn:
            if user.username in self._users:
                raise NameTaken(f"the username {user.username} is taken; choose another")
            self._write(USERS, [each.record() for each in (*self._users.values(), user)])
            self._users[user.username] = user

    def rooms_of(self, username: str) -> list[ChatRoom]:
        """The rooms that a user is a member of, oldest first."""
        return self._rooms_of[username]

    def room(self, room_id: str, username: str) -> ChatRoom:
        """A room of the user's; raises RoomNotFound for all others, whether they exist or not."""
        room = self._rooms.get(room_id)
        if room is None or username not in room.participants:
            raise RoomNotFound("you are in no room of that id")
        return room

    def create_room(self, name: str, creator: str, invited: Iterable[str]) -> ChatRoom:
        """Keep a new room with its creator and those invited.

        Raises NotFound for no user, and RateLimited for one in as many rooms as one may be in.
        """
        participants = list(dict.fromkeys([creator, *invited]))
        room = ChatRoom(secrets.token_hex(8), name, participants)
        with self._turn:
            for username in participants:
                self._check_can_join(username)
            self._write(ROOMS, [each.record() for each in (*self._rooms.values(), room)])
            self._know(room)
        return room

    def invite(self, room: ChatRoom, username: str) -> None:
        """Make a user a member of a room, if they are not; raises as `create_room` does."""
        with self._turn:
            if username in room.participants:
                return
            self._check_can_join(username)
            larger = ChatRoom(room.room_id, room.name, [*room.participants, username])
            records = {**self._rooms, room.room_id: larger}
            self._write(ROOMS, [each.record() for each in records.values()])
            room.participants.append(username)
            self._rooms_of[username].append(room)

    def _know(self, room: ChatRoom) -> None:
        self._rooms[room.room_id] = room
        for username in room.participants:
            self._rooms_of[username].append(room)

    def _check_can_join(self, username: str) -> None:
        if username not in self._users:
            raise NotFound(f"there is no user {username}; they must sign up first")
        if len(self._rooms_of[username]) >= self._max_rooms_per_user:
            raise RateLimited(
                f"{username} is in {self._max_rooms_per_user:,} rooms already, as many as one may "
                "be in; the server's flag --max-rooms-per-user sets this"
            )

    def _write(self, name: str, records: list[Record]) -> None:
        try:
            self._files.write(name, records)
        except OSError as error:
            log.error("cannot write %s: %s", name, error)
            raise StorageUnavailable(
                f"the server cannot write to its disk: {error.strerror}"
            ) from error
