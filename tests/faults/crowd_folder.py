"""Users and rooms written into a data folder, as if they had signed up: no password is hashed."""

from pathlib import Path

from itsdangerous import URLSafeTimedSerializer

from challenge.auth import TOKEN_SALT, read_or_make_secret
from challenge.directory import ROOMS, USERS
from challenge.models import ChatRoom, User, encode
from load_test.experiment.prepared import Prepared, Room


def prepare_folder(data_dir: Path, users: int, rooms: int) -> Prepared:
    """Make a data folder; user n is a member of room n % rooms, and has a token."""
    data_dir.mkdir(parents=True)
    names = [f"reveller-{user}" for user in range(users)]
    made = [Room(f"room-{room}", tuple(range(room, users, rooms))) for room in range(rooms)]
    records = [
        ChatRoom(room.room_id, room.room_id, [names[user] for user in room.members]).record()
        for room in made
    ]
    (data_dir / USERS).write_bytes(encode([User(name, "none fits").record() for name in names]))
    (data_dir / ROOMS).write_bytes(encode(records))
    signer = URLSafeTimedSerializer(read_or_make_secret(data_dir), salt=TOKEN_SALT)
    return Prepared(data_dir, tuple(signer.dumps(name) for name in names), tuple(made))
