"""Messages: stored, broadcast once, in order, and read back."""

from pathlib import Path
from typing import Any

import socketio

from tests.behaviour.client import ChatUser, Payload, contents
from tests.behaviour.servers import ServerProcess, wait_until

STATUS = {"challenge": "stored", "attempt": "stored", "solution": "queued"}


def test_a_message_reaches_the_room_and_the_history(
    server: ServerProcess, alice: ChatUser, bob: ChatUser
) -> None:
    # given a room of two, who were connected before it was made
    room = alice.room(bob)

    # when one greets
    ack = alice.send(room, "새해 복 많이 받으세요! 🎉", clientId="a-1")

    # then it is acknowledged, comes to both, and is in the history
    assert ack["status"] == STATUS[server.package]
    for user in (alice, bob):
        (message,) = user.wait_for(1)
        assert message == {
            "type": "message",
            "id": ack["id"],
            "roomId": room,
            "sender": alice.name,
            "content": "새해 복 많이 받으세요! 🎉",
            "timestamp": message["timestamp"],
            "clientId": "a-1",
        }
    (stored,) = bob.history(room)
    assert set(stored) == {"id", "roomId", "sender", "content", "timestamp", "createdAt"}
    assert stored["id"] == ack["id"]
    assert stored["timestamp"] <= stored["createdAt"]
    assert stored["timestamp"].endswith("Z")


def test_the_longest_message_and_the_shortest(alice: ChatUser) -> None:
    room = alice.room()
    longest = "🎆" * 4_000
    for content in (longest, "x", "  x  ", "\n\t새"):
        assert alice.send(room, content)["status"] in ("stored", "queued")
    assert contents(alice.wait_for(4)) == [longest, "x", "  x  ", "\n\t새"]


def test_leaving_a_room_ends_its_messages_here(alice: ChatUser, bob: ChatUser) -> None:
    # given a room of two, one of whom leaves
    room = alice.room(bob)
    assert bob.ask("leave_room", {"roomId": room}) == {"status": "ok"}
    alice.send(room, "one")
    alice.wait_for(1)

    # when they join again
    assert bob.ask("join_room", {"roomId": room}) == {"status": "ok"}
    alice.send(room, "two")

    # then they hear what comes after, and may read the rest: they were members all the time
    assert contents(bob.wait_for(1)) == ["two"]
    assert contents(bob.history(room)) == ["one", "two"]


def test_who_is_invited_hears_at_once(alice: ChatUser, bob: ChatUser) -> None:
    room = alice.room()
    alice.post(f"/api/chatrooms/{room}/invite", {"username": bob.name})
    alice.send(room, "welcome")
    assert contents(bob.wait_for(1)) == ["welcome"]


def test_order_is_kept_under_concurrency(
    server: ServerProcess, alice: ChatUser, bob: ChatUser
) -> None:
    # given two members who send at the same time, without waiting for acknowledgements
    room = alice.room(bob)
    acks: list[Payload] = []
    for first in range(0, 60, 10):
        for user in (alice, bob):
            greetings = [f"{user.name} {number}" for number in range(first, first + 10)]
            user.start_sending(room, greetings, acks)

    # then both see all messages once, in the same order, which is the order of the file
    assert contents(alice.wait_for(120)) == contents(bob.wait_for(120))
    assert contents(alice.whole_history(room)) == contents(alice.messages)
    for user in (alice, bob):
        own = [text for text in contents(alice.messages) if text.startswith(user.name + " ")]
        assert own == [f"{user.name} {number}" for number in range(60)]
    wait_until(lambda: len(acks) == 120, "120 acknowledgements")
    assert {ack["status"] for ack in acks} == {STATUS[server.package]}


def test_history_is_read_in_pages(alice: ChatUser) -> None:
    room = alice.room()
    sent = [alice.send(room, f"number {number}")["id"] for number in range(7)]
    alice.wait_for(7)

    def ids(**query: object) -> list[str]:
        return [message["id"] for message in alice.history(room, **query)]

    assert ids() == sent
    assert ids(limit=3) == sent[4:]
    assert ids(limit=3, before=sent[4]) == sent[1:4]
    assert ids(limit=3, before=sent[1]) == sent[:1]
    assert ids(before=sent[0]) == []
    assert ids(limit=2, after=sent[0]) == sent[1:3]
    assert ids(after=sent[6]) == []


def test_a_token_in_the_address_is_as_good(server: ServerProcess, someone: ChatUser) -> None:
    with socketio.SimpleClient() as client:
        client.connect(f"{server.url}?token={someone.token}", transports=["websocket"])
        answer = client.call("send_message", {"roomId": someone.room(), "content": "hello"})
        assert answer["status"] in ("stored", "queued")


def test_polling_carries_messages_too(server: ServerProcess, someone: ChatUser) -> None:
    room = someone.room()
    polling = ChatUser(server, someone.name).connect("polling")
    acks: list[Payload] = []
    polling.start_sending(room, [f"number {number}" for number in range(40)], acks)
    assert contents(polling.wait_for(40)) == [f"number {number}" for number in range(40)]
    wait_until(lambda: len(acks) == 40, "40 acknowledgements")
    polling.hang_up()


def test_files_are_what_the_contract_says(start: Any, tmp_path: Path) -> None:
    # given a server that puts ten messages into a file
    server = start("--max-messages-per-file", "10")
    with ChatUser(server) as user:
        room = user.room()
        user.start_sending(room, [f"number {number}" for number in range(35)], [])
        user.wait_for(35)

        # then four files hold them in order, and pages of history cross their borders
        files = sorted(server.data_dir.glob("messages_*.json"))
        assert [path.name for path in files] == [
            f"messages_{number}.json" for number in range(1, 5)
        ]
        assert contents(user.whole_history(room)) == [f"number {number}" for number in range(35)]
        page = user.history(room, limit=25, after=user.messages[4]["id"])
        assert contents(page) == [f"number {number}" for number in range(5, 30)]
        page = user.history(room, limit=25, before=user.messages[30]["id"])
        assert contents(page) == [f"number {number}" for number in range(5, 30)]
    secret = server.data_dir / "token_secret"
    assert secret.stat().st_mode & 0o777 == 0o600
