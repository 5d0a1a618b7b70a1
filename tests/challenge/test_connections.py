"""The rough edges of python-socketio, covered: driven through its polling transport, in process."""

import json
import time
from collections.abc import Iterator
from typing import Any

import eventlet
import pytest

from challenge import connections
from challenge.connections import PAUSE_S, ChatServer
from challenge.errors import QueueFull, RateLimited
from tests.challenge.polling import Polling

MAX_BYTES = 2_000


def handle_echo(sid: str, payload: Any) -> dict[str, Any]:
    """Answers with what it was given."""
    return {"status": "ok", "given": payload}


def handle_full(sid: str, payload: Any) -> dict[str, Any]:
    """Refuses."""
    raise QueueFull("too much is waiting")


def handle_broken(sid: str, payload: Any) -> dict[str, Any]:
    """Fails as no handler should."""
    raise RuntimeError("an inside that is nobody's business")


@pytest.fixture
def sio() -> Iterator[ChatServer]:
    """A server with three events and a count of those who connected."""
    server = ChatServer(MAX_BYTES)
    for event, handler in (("echo", handle_echo), ("full", handle_full), ("broken", handle_broken)):
        server.answer(event, handler)
    yield server
    server.shutdown()


@pytest.fixture
def client(sio: ChatServer) -> Polling:
    """A client that is connected."""
    return Polling(sio)


def refusal(code: str, message: str) -> dict[str, Any]:
    """An acknowledgement that refuses."""
    return {"status": "refused", "error": {"code": code, "message": message}}


def test_an_event_is_answered_with_what_its_handler_returns(client: Polling) -> None:
    assert client.answer('427["echo",{"a":1}]') == [{"status": "ok", "given": {"a": 1}}]
    assert client.answer('427["echo"]') == [{"status": "ok", "given": None}]


def test_a_refusal_is_an_acknowledgement_or_an_error(client: Polling) -> None:
    error = {"code": "queue_full", "message": "too much is waiting"}
    assert client.answer('427["full"]') == [{"status": "refused", "error": error}]
    assert client.answer('42["full"]') == ["error", error]
    assert client.answer('42["full",{"clientId":"c-1"}]') == ["error", {**error, "clientId": "c-1"}]
    assert client.answer('42["full",{"clientId":7}]') == ["error", error]


def test_a_handler_that_fails_tells_the_log_and_not_the_client(
    client: Polling, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.answer('427["broken"]')
    assert answer == [refusal("internal", "the server made a mistake; its log says which")]
    assert "an inside that is nobody's business" in caplog.text
    assert client.answer('427["echo",1]') == [{"status": "ok", "given": 1}]


@pytest.mark.parametrize("event", ["connect", "disconnect", "dance", "", "*", "message"])
def test_an_event_that_has_no_handler_is_told_those_that_have(client: Polling, event: str) -> None:
    told = "send one of these events: echo, full, broken"
    assert client.answer(f'427["{event}",1]') == [refusal("unknown_event", told)]


@pytest.mark.parametrize("packet", ["427[]", "427[7]", "427[null,1]", '427[["echo"]]', "427{}"])
def test_an_event_without_a_name_is_unknown(client: Polling, packet: str) -> None:
    (answer,) = client.answer(packet)
    assert answer["error"]["code"] == "unknown_event"


@pytest.mark.parametrize(
    "packet",
    [
        "427[",
        "42" + "[" * 1_500,
        "49",
        "42NaN?",
        "bAAEC",
        '451-["echo"]',
        '45999999999-["echo"]',
        "461-[]",
    ],
)
def test_a_packet_that_cannot_be_read_costs_an_error_and_no_more(
    client: Polling, packet: str
) -> None:
    event, error = client.answer(packet)
    assert (event, error["code"]) == ("error", "bad_json")
    assert "could not be read" in error["message"]
    assert client.answer('427["echo",1]') == [{"status": "ok", "given": 1}]


def test_connecting_twice_is_once(sio: ChatServer, client: Polling) -> None:
    assert client.post("40").status_code == 200
    sio.emit("greeting", "hello")
    assert client.receive() == ['42["greeting","hello"]']


def test_all_packets_of_one_request_are_answered_in_order(client: Polling) -> None:
    # Engine.IO's own limit is 16.
    packets = [f'42{number}["echo",{number}]' for number in range(60)]
    assert client.post(*packets).status_code == 200
    answers: list[str] = []
    while len(answers) < 60:
        answers += client.receive()
    assert answers == [f'43{number}[{{"status":"ok","given":{number}}}]' for number in range(60)]


def test_a_binary_event_is_refused_as_it_asked_to_be(client: Polling) -> None:
    assert client.post('451-7["echo",{"_placeholder":true,"num":0}]').status_code == 200
    (answer,) = client.receive()
    assert json.loads(answer.removeprefix("437"))[0]["error"]["code"] == "bad_json"
    assert client.answer('427["echo",1]') == [{"status": "ok", "given": 1}]


def test_who_sends_too_fast_is_read_more_slowly(sio: ChatServer, client: Polling) -> None:
    def too_fast(sid: str, payload: Any) -> dict[str, Any]:
        raise RateLimited("at most so many")

    sio.answer("too fast", too_fast)
    started_s = time.monotonic()
    assert client.post(*['42["too fast"]'] * 10).status_code == 200
    assert time.monotonic() - started_s >= 10 * PAUSE_S
    assert len(client.receive()) == 10


def test_others_are_served_between_two_packets(sio: ChatServer, client: Polling) -> None:
    order: list[str] = []

    def note(sid: str, payload: Any) -> dict[str, Any]:
        order.append("event")
        return {"status": "ok"}

    def serve_another() -> None:
        for _ in range(3):
            order.append("another")
            eventlet.sleep()

    sio.answer("note", note)
    another = eventlet.spawn(serve_another)
    assert client.post(*['42["note"]'] * 3).status_code == 200
    another.wait()
    assert order == ["another", "event"] * 3


def test_the_connections_of_a_user_take_turns_and_those_of_two_do_not(sio: ChatServer) -> None:
    order: list[str] = []

    def note(sid: str, payload: Any) -> dict[str, Any]:
        order.append(payload)
        return {"status": "ok"}

    def connect(sid: str, environ: dict[str, Any]) -> None:
        sio.share_turn(sid, names.pop(0))

    # given two connections of minji and one of seojun, each with three events to send
    names = ["minji", "minji", "seojun"]
    sio.on("connect", connect)
    sio.answer("note", note)
    clients = [Polling(sio) for _ in range(3)]
    packets = ['42["note","minji"]'] * 3, ['42["note","minji"]'] * 3, ['42["note","seojun"]'] * 3
    sent = [
        eventlet.spawn(client.post, *each) for client, each in zip(clients, packets, strict=True)
    ]
    assert all(each.wait().status_code == 200 for each in sent)
    # then seojun has had as many turns as minji, after the first packet of each connection
    assert order[:7].count("seojun") == 3
    assert order[7:] == ["minji"] * 2


def test_who_sends_too_fast_over_many_connections_waits_once(
    sio: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_fast(sid: str, payload: Any) -> dict[str, Any]:
        raise RateLimited("at most so many")

    # given ten connections of a user, and a pause that one can tell from ten
    monkeypatch.setattr(connections, "PAUSE_S", 0.2)
    sio.on("connect", lambda sid, environ: sio.share_turn(sid, "minji"))
    sio.answer("too fast", too_fast)
    clients = [Polling(sio) for _ in range(10)]

    # when each sends too much at the same time
    started_s = time.monotonic()
    sent = [eventlet.spawn(client.post, '42["too fast"]') for client in clients]
    assert all(each.wait().status_code == 200 for each in sent)

    # then they are read again after one pause: after one each, they would send a burst together
    assert 0.2 <= time.monotonic() - started_s < 1.0
