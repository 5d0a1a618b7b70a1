"""What people try who mean no good: they learn nothing, forge nothing, and hurt nobody else."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
import websocket
from itsdangerous import URLSafeTimedSerializer

from challenge.auth import SECRET_CHARACTERS, SECRET_FILE, TOKEN_SALT
from challenge.config import ServerConfig
from tests.behaviour.client import PASSWORD, Api, ChatUser, refused
from tests.behaviour.conftest import Start
from tests.behaviour.raw_client import RawClient
from tests.behaviour.servers import ServerProcess, wait_until

MOST_CONNECTIONS = 20
TRAVERSALS = ("../../etc/passwd", "../..", "/etc/passwd", "..\\..\\x", "users.json", "a/../b", "~")


@pytest.fixture(scope="module")
def guarded(
    package: str, copies: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """A server for this file, which logs all it can and lets a user be in three rooms."""
    folder = tmp_path_factory.mktemp(f"abused-{package}")
    flags = ("--log-level", "debug", "--max-rooms-per-user", "3")
    with ServerProcess(package, folder, *flags, module_path=copies) as running:
        yield running


@pytest.fixture(scope="module")
def victim(guarded: ServerProcess) -> ChatUser:
    """A user whom the others are after."""
    return ChatUser(guarded)


@pytest.fixture(scope="module")
def attacker(guarded: ServerProcess) -> Iterator[ChatUser]:
    """A user who shares no room with the victim; connected."""
    with ChatUser(guarded) as user:
        yield user


@pytest.fixture(scope="module")
def secret_room(victim: ChatUser) -> str:
    """A room of the victim's, with a message in it."""
    room = victim.room()
    with victim:
        victim.send(room, "nobody else's business")
        victim.wait_for(1)
    return room


def said(answer: requests.Response) -> tuple[int, bytes, dict[str, str]]:
    """All that an answer tells, its time apart."""
    headers = {name: value for name, value in answer.headers.items() if name != "Date"}
    return answer.status_code, answer.content, headers


def test_strangers_hear_the_same_of_a_room_and_of_none(
    guarded: ServerProcess, attacker: ChatUser, secret_room: str
) -> None:
    # when a stranger asks for a room that is, and for one that is not
    reads = guarded.metric("chat_file_reads_total")
    answers = []
    for room in (secret_room, "0" * len(secret_room)):
        path = f"/api/chatrooms/{room}"
        asked = [attacker.ask(e, {"roomId": room}) for e in ("join_room", "leave_room")]
        answers.append(
            (
                said(attacker.get(f"{path}/messages")),
                said(attacker.get(f"{path}/messages", after="f" * 16, limit=1)),
                said(attacker.post(f"{path}/invite", {"username": attacker.name})),
                *asked,
                attacker.send(room, "hello"),
            )
        )

    # then nothing tells one from the other, and neither cost a look at the files
    assert answers[0] == answers[1]
    assert guarded.metric("chat_file_reads_total") == reads
    assert attacker.get("/api/chatrooms").json() == {"rooms": []}


def test_a_message_of_another_room_is_as_unknown_as_none(
    victim: ChatUser, attacker: ChatUser, secret_room: str
) -> None:
    (message,) = victim.history(secret_room)
    path = f"/api/chatrooms/{attacker.room()}/messages"
    for anchor in ("before", "after"):
        answers = [said(attacker.get(path, **{anchor: i})) for i in (message["id"], "0" * 16)]
        assert answers[0] == answers[1]


def opens(server: ServerProcess, token: str) -> tuple[bool, bool]:
    """Whether a token opens the HTTP API, and whether it opens a connection."""
    answer = Api(server.url, token).get("/api/chatrooms")
    raw = websocket.create_connection(
        f"{server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket", timeout=5
    )
    raw.recv()
    raw.send(f"40{json.dumps({'token': token})}")
    packet = str(raw.recv())
    raw.close()
    assert packet[:2] in ("40", "44")
    return answer.status_code == 200, packet.startswith("40")


def test_tokens_expire_and_cannot_be_forged(
    guarded: ServerProcess, victim: ChatUser, attacker: ChatUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given the server's secret, which only the test knows, and a guess at it
    secret = (guarded.data_dir / SECRET_FILE).read_text()
    signer = URLSafeTimedSerializer(secret, salt=TOKEN_SALT)
    guess = URLSafeTimedSerializer("secret", salt=TOKEN_SALT)
    now_s, lifetime_s = time.time(), ServerConfig.token_lifetime_s
    payload, stamp, signature = victim.token.split(".")
    name_of_another = base64.urlsafe_b64encode(json.dumps(victim.name).encode()).decode().strip("=")
    own = attacker.token.split(".")

    # then a token of the right secret and time opens, and no other
    assert opens(guarded, signer.dumps(victim.name)) == (True, True)
    with monkeypatch.context() as clock:
        clock.setattr(time, "time", lambda: now_s - lifetime_s - 2)
        expired = signer.dumps(victim.name)
    altered = signature[:-2] + ("A" if signature[-2] != "A" else "B") + signature[-1]
    for token in (
        expired,
        guess.dumps(victim.name),
        f"{name_of_another}.{own[1]}.{own[2]}",
        f"{payload}.{stamp}.{altered}",
        f"{payload}.{stamp}.",
        f"{payload}.{signature}",
    ):
        assert opens(guarded, token) == (False, False), token


def test_a_token_is_worth_nothing_once_the_secret_has_changed(start: Start) -> None:
    server = start()
    token = ChatUser(server).token
    assert server.stop() == 0
    (server.data_dir / SECRET_FILE).write_text("x" * SECRET_CHARACTERS)
    assert opens(start(), token) == (False, False)


def test_names_never_become_paths(guarded: ServerProcess, attacker: ChatUser) -> None:
    before = sorted(guarded.folder.rglob("*"))
    nobody = Api(guarded.url)
    for name in TRAVERSALS:
        quoted = quote(name, safe="")
        body = {"username": name, "password": PASSWORD}
        answers = (
            nobody.post("/api/auth/signup", body),
            nobody.post("/api/auth/login", body),
            nobody.get(f"/page/{quoted}"),
            attacker.get(f"/api/chatrooms/{quoted}/messages"),
            attacker.post("/api/chatrooms", {"name": f"../{name}"}),
            attacker.post("/api/chatrooms", {"name": "Party", "participants": [name]}),
        )
        assert {answer.status_code for answer in answers} <= {400, 401, 404}, name
        assert b"root:" not in b"".join(answer.content for answer in answers)
        refused(attacker.ask("join_room", {"roomId": name}), "room_not_found")
    assert sorted(guarded.folder.rglob("*")) == before


def test_connections_of_one_user_are_bounded(guarded: ServerProcess) -> None:
    user = ChatUser(guarded)
    connections = [RawClient(user) for _ in range(MOST_CONNECTIONS)]
    url = f"{guarded.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
    one_more = websocket.create_connection(url, timeout=5)
    one_more.recv()
    one_more.send(f"40{json.dumps({'token': user.token})}")
    refusal = json.loads(str(one_more.recv()).removeprefix("44"))
    assert refusal["data"]["code"] == "rate_limited"
    assert "--max-connections-per-user" in refusal["data"]["message"]

    # One that ends makes room for another; nobody else is kept out meanwhile.
    assert opens(guarded, ChatUser(guarded).token) == (True, True)
    connections.pop().socket.close()
    wait_until(lambda: opens(guarded, user.token)[1], "room for another connection")
    for each in (*(raw.socket for raw in connections), one_more):
        each.close()


def test_rooms_of_one_user_are_bounded(guarded: ServerProcess, victim: ChatUser) -> None:
    user = ChatUser(guarded)
    for _ in range(3):
        user.room()
    for answer in (
        user.post("/api/chatrooms", {"name": "One more"}),
        victim.post("/api/chatrooms", {"name": "Theirs", "participants": [user.name]}),
    ):
        assert answer.status_code == 429
        assert answer.json()["error"]["code"] == "rate_limited"
        assert "--max-rooms-per-user" in answer.json()["error"]["message"]
    assert len(user.get("/api/chatrooms").json()["rooms"]) == 3


def test_a_refusal_for_the_rate_names_the_flags(start: Start) -> None:
    user = ChatUser(start("--max-events-per-second", "1", "--max-event-burst", "3")).connect()
    answers = [user.ask("join_room", {"roomId": "none"}) for _ in range(5)]
    refused(answers[-1], "rate_limited")
    for flag in ("--max-events-per-second", "--max-event-burst"):
        assert flag in answers[-1]["error"]["message"]
    user.hang_up()
