"""What a socket refuses: every wrong token, packet, event and field, and what is too much."""

import time
from typing import Any

import pytest
import socketio
import websocket

from tests.behaviour.client import Api, ChatUser, Payload, contents, refused
from tests.behaviour.raw_client import RawClient
from tests.behaviour.servers import ServerProcess, wait_until


def test_strangers_neither_send_nor_join_nor_hear(alice: ChatUser, bob: ChatUser) -> None:
    room = alice.room()
    for room_id in (room, "no-such-room"):
        refused(bob.send(room_id, "hello"), "room_not_found")
        refused(bob.ask("join_room", {"roomId": room_id}), "room_not_found")
        refused(bob.ask("leave_room", {"roomId": room_id}), "room_not_found")
    alice.send(room, "only for me")
    alice.wait_for(1)
    # Whatever had been sent to him before would have come before this.
    bob.send(bob.room(), "from bob")
    bob.wait_for(1)
    assert contents(bob.messages) == ["from bob"]


@pytest.mark.parametrize("content", ["", "   ", "x" * 4_001, 7, None, ["a"], "\ud800", {"a": "b"}])
def test_content_that_is_none_is_refused(alice: ChatUser, content: object) -> None:
    room = alice.room()
    refused(alice.send(room, content), "bad_field")
    assert alice.send(room, "and the next is fine")["status"] in ("stored", "queued")
    assert contents(alice.wait_for(1)) == ["and the next is fine"]


@pytest.mark.parametrize("client_id", ["", "x" * 101, 7, {}])
def test_a_client_id_that_is_none_is_refused(alice: ChatUser, client_id: object) -> None:
    refused(alice.send(alice.room(), "hello", clientId=client_id), "bad_field")


@pytest.mark.parametrize("payload", [None, "text", 7, ["a"], b"bytes", [[[[[]]]]]])
def test_a_payload_that_is_no_object_is_refused(alice: ChatUser, payload: object) -> None:
    for event in ("send_message", "join_room", "leave_room"):
        refused(alice.ask(event, payload), "bad_json")


@pytest.mark.parametrize("room_id", [None, 7, "", {"a": 1}, "x" * 1_000])
def test_a_room_id_that_is_none_is_refused(alice: ChatUser, room_id: object) -> None:
    refused(alice.ask("send_message", {"roomId": room_id, "content": "hello"}), "bad_field")


@pytest.mark.parametrize("event", ["connect", "disconnect", "dance", "", "*", "message"])
def test_an_unknown_event_is_refused(alice: ChatUser, event: str) -> None:
    refused(alice.ask(event, {"token": "x"}), "unknown_event")
    assert alice.send(alice.room(), "still here")["status"] in ("stored", "queued")


def test_a_refusal_without_acknowledgement_is_an_error_event(alice: ChatUser) -> None:
    payload = {"roomId": alice.room(), "content": "", "clientId": "a-1"}
    alice.socket.emit("send_message", payload)
    error = alice.wait_for_error()
    assert (error["code"], error["clientId"]) == ("bad_field", "a-1")


@pytest.mark.parametrize("auth", [None, {}, {"token": "x.y.z"}, {"token": 7}, {"token": None}])
def test_a_bad_token_is_no_connection(server: ServerProcess, auth: Any) -> None:
    client = socketio.SimpleClient()
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(server.url, auth=auth, transports=["websocket"], wait_timeout=5)


def test_a_polling_request_over_the_limit_is_refused_at_once(server: ServerProcess) -> None:
    nobody = Api(server.url)
    session = nobody.get("/socket.io/", EIO=4, transport="polling").text
    sid = session.split('"sid":"')[1].split('"')[0]
    started = time.monotonic()
    answer = nobody.post(f"/socket.io/?EIO=4&transport=polling&sid={sid}", data="4" + "x" * 60_000)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "packet",
    [
        "42",
        "42[]",
        "42{}",
        "42[7]",
        "427[",
        "4",
        "49",
        "42" + "[" * 20_000,
        "40",
        '40{"token": "x"}',
    ],
)
def test_a_packet_that_is_none_leaves_the_connection_as_it_was(
    someone: ChatUser, packet: str
) -> None:
    room = someone.room()
    with RawClient(someone) as raw:
        raw.socket.send(packet)
        raw.socket.send(f'421["send_message", {{"roomId": "{room}", "content": "hello"}}]')
        assert "refused" not in raw.expect("431")
    wait_until(lambda: contents(someone.history(room)) == ["hello"], "the message in the history")


def test_a_frame_over_the_limit_closes_the_connection(
    server: ServerProcess, someone: ChatUser
) -> None:
    with RawClient(someone) as raw:
        raw.socket.send('42["send_message", {"content": "' + "x" * 60_000 + '"}]')
        frame = raw.socket.recv_frame()  # type: ignore[no-untyped-call]
        while frame.opcode != websocket.ABNF.OPCODE_CLOSE:
            frame = raw.socket.recv_frame()  # type: ignore[no-untyped-call]
    assert int.from_bytes(frame.data[:2]) == websocket.STATUS_MESSAGE_TOO_BIG
    assert someone.get("/ready").status_code == 200


def test_a_users_rate_is_bounded(start: Any) -> None:
    with ChatUser(start("--max-events-per-second", "1", "--max-event-burst", "20")) as user:
        room = user.room()
        acks: list[Payload] = []
        user.start_sending(room, ["hello"] * 60, acks)
        wait_until(lambda: len(acks) == 60, "60 acknowledgements")
        codes = [ack["error"]["code"] for ack in acks if ack["status"] == "refused"]
        assert set(codes) == {"rate_limited"}
        assert len(user.wait_for(60 - len(codes))) == 60 - len(codes)


@pytest.mark.slow
@pytest.mark.parametrize("bound", [("--max-queue-messages", "5"), ("--max-queue-bytes", "65536")])
def test_a_full_queue_refuses_and_goes_on(start: Any, bound: tuple[str, str]) -> None:
    # given a server whose writes are slow, and whose queue is short
    server = start(*bound, "--history", "9000")
    with ChatUser(server) as user:
        room = user.room()

        # when more comes at once than may wait
        acks: list[Payload] = []
        user.start_sending(room, ["x" * 4_000] * 60, acks)

        # then the rest is refused, what was accepted is kept, and the books balance
        wait_until(lambda: len(acks) == 60, "60 acknowledgements")
        kept = [ack for ack in acks if ack["status"] != "refused"]
        assert {ack["error"]["code"] for ack in acks if ack not in kept} == {"queue_full"}
        assert len(user.wait_for(len(kept))) == len(kept)
        assert server.metric("chat_messages_accepted_total") == len(kept)
        assert server.metric("chat_messages_stored_total") == len(kept)
        assert server.metric("chat_queue_messages") == 0
        refusals = server.metric('chat_messages_refused_total{reason="queue_full"}')
        assert refusals == 60 - len(kept)
        assert user.send(room, "later")["status"] in ("stored", "queued")


def test_no_client_is_ever_shown_a_traceback(server: ServerProcess) -> None:
    assert "Traceback" not in server.log, server.log
