"""A polling request is taken whole, or refused whole with the reason; the rest passes by."""

from collections.abc import Iterator

import eventlet
import pytest

from challenge.connections import ChatServer
from tests.challenge.polling import Polling

MAX_BYTES = 2_000


@pytest.fixture
def sio() -> Iterator[ChatServer]:
    """A server with one event, which it answers with what it was given."""
    server = ChatServer(MAX_BYTES)
    server.answer("echo", lambda sid, payload: {"status": "ok", "given": payload})
    yield server
    server.shutdown()


@pytest.fixture
def client(sio: ChatServer) -> Polling:
    """A client that is connected."""
    return Polling(sio)


def test_as_much_as_the_limit_is_taken(client: Polling) -> None:
    fitting = '427["echo","' + "x" * (MAX_BYTES - 14) + '"]'
    assert len(fitting) == MAX_BYTES
    assert client.post(fitting).status_code == 200
    answer = client.post(fitting + " ")
    assert answer.status_code == 413
    flag = "the server's flag --max-frame-bytes sets this"
    told = f"a request may have at most 2,000 bytes; {flag}"
    assert answer.json == {"error": {"code": "too_large", "message": told}}


@pytest.mark.parametrize("body", [b"x", b"42[]\x1e", b"4\xff", b"9", b"2probe", b"0", b"d"])
def test_what_cannot_be_read_takes_the_whole_request_with_it(client: Polling, body: bytes) -> None:
    answer = client.post_body(b'427["echo",1]\x1e' + body)
    assert answer.status_code == 400
    assert answer.json and answer.json["error"]["code"] == "bad_json"
    assert "none of them was taken" in answer.json["error"]["message"]
    assert client.answer('427["echo",2]') == [{"status": "ok", "given": 2}]


def test_nothing_may_follow_a_closing_packet(client: Polling) -> None:
    answer = client.post("1", '427["echo",1]')
    assert answer.status_code == 400
    assert client.answer('427["echo",2]') == [{"status": "ok", "given": 2}]


@pytest.mark.parametrize("length", ["", "abc", "-1", "\xb2"])
def test_a_request_without_a_length_is_refused(client: Polling, length: str) -> None:
    answer = client.post_body(b'427["echo",1]', environ_overrides={"CONTENT_LENGTH": length})
    assert answer.status_code == 400
    assert answer.json and "Content-Length" in answer.json["error"]["message"]


def test_a_request_that_was_cut_short_is_refused(client: Polling) -> None:
    answer = client.post_body(b'427["echo",1]', environ_overrides={"CONTENT_LENGTH": "14"})
    assert answer.status_code == 400


def test_a_connection_that_is_being_closed_takes_nothing_more(
    sio: ChatServer, client: Polling
) -> None:
    sio.on("disconnect", lambda sid, reason: eventlet.sleep(0.05))
    closing = eventlet.spawn(client.post, "1")
    eventlet.sleep(0.01)
    answer = client.post('427["echo",1]')
    assert answer.status_code == 503
    assert answer.json and answer.json["error"]["code"] == "shutting_down"
    assert closing.wait().status_code == 200


def test_other_requests_pass_by(client: Polling) -> None:
    body = b"x" * (MAX_BYTES + 1)
    assert client.http.post("/api/anything", data=body).data == body
