"""A data folder with history, users and rooms in it, made once and copied for every run.

Hashing 40 passwords twice takes seconds, on purpose, and is not the experiment. The secret that
signs tokens lies in the data folder, so the tokens of the users are good in every copy, for both
servers.
"""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from load_test.experiment.servers import DRAIN_S, Package, Server
from load_test.experiment.settings import Settings

PASSWORD = "experiment-2026"
# Hashing leaves Python, so a server can hash on all its cores; more only wait.
SIGN_UPS_AT_ONCE = 4
# The first answers of a server that is still warming up take a while on a slow machine.
ANSWER_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Room:
    """A room and the numbers of its members."""

    room_id: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Prepared:
    """The folder, the users' tokens by their number, and the rooms; user n is in room n % rooms."""

    folder: Path
    tokens: tuple[str, ...]
    rooms: tuple[Room, ...]

    def room_of(self, user: int) -> Room:
        """The room of a user."""
        return self.rooms[user % len(self.rooms)]

    def copy_to(self, folder: Path) -> Path:
        """A fresh copy of the data folder, which must not exist yet."""
        shutil.copytree(self.folder, folder)
        return folder


def prepare(package: Package, settings: Settings, folder: Path, log: Path) -> Prepared:
    """Let `package` serve once to make history, users and rooms in `folder`.

    Raises ProcessFailed if it does not start, or does not answer as a chat server does.
    """
    environment = {"OTEL_TRACES_EXPORTER": "none"}
    flags = ("--history", str(settings.history))
    usernames = [f"reveller-{number}" for number in range(settings.users)]
    # In this order, so that when we are stopped the server goes first, and the pool with it.
    with (
        ThreadPoolExecutor(SIGN_UPS_AT_ONCE) as pool,
        Server(package, folder, log, environment, flags) as server,
    ):
        tokens = tuple(pool.map(lambda name: _sign_up(server, name), usernames))
        rooms = tuple(
            _make_room(server, number, usernames, tokens, settings.rooms)
            for number in range(settings.rooms)
        )
        server.stop(DRAIN_S)
    return Prepared(folder, tokens, rooms)


def _sign_up(server: Server, username: str) -> str:
    """The token of a new user."""
    person = {"username": username, "password": PASSWORD}
    _post(server, "/api/auth/signup", person)
    return str(_field(server, _post(server, "/api/auth/login", person), "token"))


def _make_room(
    server: Server, number: int, usernames: Sequence[str], tokens: Sequence[str], rooms: int
) -> Room:
    members = tuple(range(number, len(usernames), rooms))
    body = {"name": f"New Year {number}", "participants": [usernames[each] for each in members]}
    room = _post(server, "/api/chatrooms", body, tokens[members[0]])
    return Room(str(_field(server, room, "roomId")), members)


def _post(server: Server, path: str, body: dict[str, Any], token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = server.http.post(
            server.url + path, json=body, headers=headers, timeout=ANSWER_TIMEOUT_S
        )
        if answer.ok:
            return answer.json()
        problem = f"{answer.status_code} {answer.text[:200]}"
    except requests.RequestException as error:  # an answer that is no JSON included
        problem = str(error)
    raise server.failure(f"did not answer POST {path} rightly: {problem}")


def _field(server: Server, answer: Any, name: str) -> Any:
    if isinstance(answer, dict) and name in answer:
        return answer[name]
    raise server.failure(f"gave no {name} in {str(answer)[:200]}")
