"""The HTTP API: what it answers, and every refusal with its code and a sentence."""

import json
from typing import Any

import pytest

from tests.behaviour.client import PASSWORD, Api, ChatUser
from tests.behaviour.servers import ServerProcess


def refusal(answer: Any, status: int, code: str) -> None:
    """Check an error's status, form and code."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["code"] == code
    assert len(error["message"]) > 10
    assert "Traceback" not in answer.text


def test_a_user_signs_up_logs_in_and_makes_rooms(server: ServerProcess) -> None:
    nobody = Api(server.url)
    credentials = {"username": "민지", "password": PASSWORD}
    answer = nobody.post("/api/auth/signup", credentials)
    assert (answer.status_code, answer.json()) == (201, {"username": "민지"})
    answer = nobody.post("/api/auth/login", credentials)
    assert answer.status_code == 200
    assert answer.json()["username"] == "민지"

    # given a friend, when she makes a room with them
    user, friend = Api(server.url, answer.json()["token"]), ChatUser(server)
    answer = user.post("/api/chatrooms", {"name": "Party", "participants": [friend.name]})
    room = answer.json()
    assert answer.status_code == 201
    assert room == {
        "roomId": room["roomId"],
        "name": "Party",
        "participants": ["민지", friend.name],
    }

    # then both see it, and nobody else
    assert user.get("/api/chatrooms").json() == {"rooms": [room]}
    assert friend.get("/api/chatrooms").json() == {"rooms": [room]}
    assert ChatUser(server).get("/api/chatrooms").json() == {"rooms": []}


def test_a_member_invites_another(server: ServerProcess) -> None:
    owner, guest = ChatUser(server), ChatUser(server)
    room = owner.room()
    for _ in range(2):  # inviting twice changes nothing
        answer = owner.post(f"/api/chatrooms/{room}/invite", {"username": guest.name})
        assert answer.status_code == 200
        assert answer.json()["participants"] == [owner.name, guest.name]
    assert len(guest.get("/api/chatrooms").json()["rooms"]) == 1


def test_the_page_health_ready_and_metrics_need_no_token(server: ServerProcess) -> None:
    nobody = Api(server.url)
    page = nobody.get("/")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert nobody.get("/health").json() == {
        "status": "ok",
        "damaged_files": [],
    }
    assert nobody.get("/ready").json() == {
        "status": "ok",
        "server": server.package,
        "traces": None,
    }
    assert nobody.get("/metrics").headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "username", ["", " ", "a/b", "../etc", "a.b", "a\nb", "\x00", "x" * 10_000, 7, None]
)
def test_a_username_that_is_none_is_refused(server: ServerProcess, username: object) -> None:
    answer = Api(server.url).post("/api/auth/signup", {"username": username, "password": PASSWORD})
    refusal(answer, 400, "bad_field")


@pytest.mark.parametrize("password", ["", " ", "x" * 10_000, "\ud800", 7, None])
def test_a_password_that_is_none_is_refused(server: ServerProcess, password: object) -> None:
    answer = Api(server.url).post("/api/auth/signup", {"username": "someone", "password": password})
    refusal(answer, 400, "bad_field")


@pytest.mark.parametrize("name", ["", " ", "a/b", "..", "a\tb", "x" * 10_000, None, {}])
def test_a_room_name_that_is_none_is_refused(someone: ChatUser, name: object) -> None:
    refusal(someone.post("/api/chatrooms", {"name": name}), 400, "bad_field")


@pytest.mark.parametrize("participants", ["bob", [7], [""], {"a": 1}])
def test_participants_that_are_none_are_refused(someone: ChatUser, participants: object) -> None:
    body = {"name": "Party", "participants": participants}
    refusal(someone.post("/api/chatrooms", body), 400, "bad_field")


def test_unknown_users_are_not_found(someone: ChatUser) -> None:
    body = {"name": "Party", "participants": ["nobody-at-all"]}
    refusal(someone.post("/api/chatrooms", body), 404, "not_found")
    path = f"/api/chatrooms/{someone.room()}/invite"
    refusal(someone.post(path, {"username": "nobody-at-all"}), 404, "not_found")


def test_a_taken_name_is_refused(someone: ChatUser) -> None:
    body = {"username": someone.name, "password": "other"}
    answer = Api(someone.url).post("/api/auth/signup", body)
    refusal(answer, 409, "name_taken")


@pytest.mark.parametrize("username", ["nobody-at-all", None])
def test_wrong_credentials_are_refused(someone: ChatUser, username: str | None) -> None:
    name = username or someone.name
    answer = Api(someone.url).post("/api/auth/login", {"username": name, "password": "wrong"})
    refusal(answer, 401, "bad_credentials")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x.y.z", "Basic abc", "bearer \xff"])
def test_a_missing_or_wrong_token_is_refused(server: ServerProcess, header: str | None) -> None:
    nobody = Api(server.url)
    if header is not None:
        nobody.headers = {"Authorization": header}
    refusal(nobody.get("/api/chatrooms"), 401, "bad_token")
    refusal(nobody.post("/api/chatrooms", {"name": "Party"}), 401, "bad_token")


def test_strangers_cannot_tell_a_room_from_none(someone: ChatUser, stranger: ChatUser) -> None:
    for room_id in (someone.room(), "no-such-room"):
        refusal(stranger.get(f"/api/chatrooms/{room_id}/messages"), 404, "room_not_found")
        body = {"username": stranger.name}
        refusal(stranger.post(f"/api/chatrooms/{room_id}/invite", body), 404, "room_not_found")


BAD_LIMITS: list[dict[str, object]] = [
    {"limit": value} for value in (-1, "abc", 0, 101, "", "9" * 30)
]
BAD_ANCHORS: list[dict[str, object]] = [
    {"before": "x"},
    {"after": "x"},
    {"before": ""},
    {"before": "a", "after": "b"},
]


@pytest.mark.parametrize("query", BAD_LIMITS + BAD_ANCHORS)
def test_a_wrong_page_of_history_is_refused(someone: ChatUser, query: dict[str, object]) -> None:
    answer = someone.get(f"/api/chatrooms/{someone.room()}/messages", **query)
    refusal(answer, 400, "bad_field")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"\xff\xfe", b"[" * 20_000, b'{"username": "a"' + b" " * 40_000],
)
def test_a_body_that_is_no_json_object_is_refused(server: ServerProcess, body: bytes) -> None:
    answer = Api(server.url).post("/api/auth/signup", data=body)
    refusal(answer, 400, "bad_json")


def test_a_body_over_the_limit_is_refused(server: ServerProcess) -> None:
    body = {"username": "someone", "password": "x" * 60_000}
    refusal(Api(server.url).post("/api/auth/signup", body), 413, "too_large")


def test_what_is_not_there_is_not_found(server: ServerProcess) -> None:
    refusal(Api(server.url).get("/nothing"), 404, "not_found")
    refusal(Api(server.url).get("/page/..%2Fapp.py"), 404, "not_found")
    refusal(Api(server.url).get("/page/nothing.js"), 404, "not_found")


def test_a_users_rate_is_bounded(start: Any) -> None:
    user = ChatUser(start("--max-events-per-second", "1", "--max-event-burst", "5"))
    answers = [user.get("/api/chatrooms") for _ in range(8)]
    refusal(answers[-1], 429, "rate_limited")
    assert json.loads(answers[0].text) == {"rooms": []}
