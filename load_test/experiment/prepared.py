"""A data folder with history, users and rooms in it, made once and copied for every run.

Hashing 40 passwords twice takes seconds, on purpose, and is not the experiment. The secret that
signs tokens lies in the data folder, so the tokens of the users are good in every copy, for both
servers.
"""

import dataclasses
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from load_test.experiment.servers import DRAIN_S, Package, Server
from load_test.experiment.settings import Settings

PASSWORD = "experiment-2026"
# Hashing leaves Python, so a server can hash on all its cores; more only wait.
SIGN_UPS_AT_ONCE = 4
# A new file in the middle of a run would make a server fast: none begins with so much room.
ONE_FILE = ("--max-messages-per-file", "1000000")
UNTRACED = {"OTEL_TRACES_EXPORTER": "none"}


@dataclass(frozen=True, slots=True)
class Room:
    """A room and the numbers of its members."""

    room_id: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Names:
    """What the users and rooms are called, by their number, and the password of all users."""

    users: tuple[str, ...]
    rooms: tuple[str, ...]
    password: str = PASSWORD

    @classmethod
    def usual(cls, settings: Settings) -> Self:
        """The same names in every experiment."""
        users = (f"reveller-{number}" for number in range(settings.users))
        rooms = (f"New Year {number}" for number in range(settings.rooms))
        return cls(tuple(users), tuple(rooms))


@dataclass(frozen=True)
class Prepared:
    """The folder, the users' tokens by their number, and the rooms; user n is in room n % rooms."""

    folder: Path
    tokens: tuple[str, ...]
    rooms: tuple[Room, ...]
    usernames: tuple[str, ...] = ()

    def room_of(self, user: int) -> Room:
        """The room of a user."""
        return self.rooms[user % len(self.rooms)]

    def with_history(self, package: Package, messages: int, folder: Path, log: Path) -> "Prepared":
        """The same users and rooms in another folder, with another number of stored messages."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("messages_*.json"))
        with Server(package, folder, log, UNTRACED, history_flags(messages)) as server:
            server.stop(DRAIN_S)
        return dataclasses.replace(self, folder=folder)

    def copy_to(self, folder: Path) -> Path:
        """A fresh copy of the data folder, which must not exist yet."""
        shutil.copytree(self.folder, folder)
        return folder


def prepare(
    package: Package, settings: Settings, folder: Path, log: Path, names: Names | None = None
) -> Prepared:
    """Let `package` serve once to make history, users and rooms in `folder`.

    Their names are the usual ones, or `names`, of which there are as many as the settings say.
    Raises ProcessFailed if it does not start, or does not answer as a chat server does.
    """
    names = names or Names.usual(settings)
    # In this order, so that when we are stopped the server goes first, and the pool with it.
    with (
        ThreadPoolExecutor(SIGN_UPS_AT_ONCE) as pool,
        Server(package, folder, log, UNTRACED, history_flags(settings.history)) as server,
    ):
        tokens = tuple(pool.map(lambda name: _sign_up(server, name, names.password), names.users))
        rooms = tuple(_make_room(server, number, names, tokens) for number in range(settings.rooms))
        server.stop(DRAIN_S)
    return Prepared(folder, tokens, rooms, names.users)


def history_flags(messages: int) -> tuple[str, ...]:
    """Flags for a server that makes up so many messages, all of them in one file."""
    return ("--history", str(messages), *ONE_FILE)


def _sign_up(server: Server, username: str, password: str) -> str:
    """The token of a new user."""
    person = {"username": username, "password": password}
    server.ask("POST", "/api/auth/signup", person)
    return str(_field(server, server.ask("POST", "/api/auth/login", person), "token"))


def _make_room(server: Server, number: int, names: Names, tokens: tuple[str, ...]) -> Room:
    members = tuple(range(number, len(names.users), len(names.rooms)))
    body = {"name": names.rooms[number], "participants": [names.users[each] for each in members]}
    room = server.ask("POST", "/api/chatrooms", body, tokens[members[0]])
    return Room(str(_field(server, room, "roomId")), members)


def _field(server: Server, answer: dict[str, Any], name: str) -> Any:
    if name in answer:
        return answer[name]
    raise server.failure(f"gave no {name} in {str(answer)[:200]}")
