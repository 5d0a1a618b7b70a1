"""Polling: what a request was answered 200 for is handled, all of it, once and in order."""

import json
import threading
from collections.abc import Iterator
from typing import Self

import pytest
import requests
import websocket

from tests.behaviour.client import ChatUser, contents
from tests.behaviour.servers import ServerProcess, wait_until

SEPARATOR = "\x1e"  # between the packets of a request
ANSWER_S = 5
CLOSE, PROBE, PROBED, UPGRADE = "1", "2probe", "3probe", "5"


class Poller:
    """A client that polls, and says whatever a test wants it to."""

    def __init__(self, user: ChatUser) -> None:
        self.acks: list[int] = []  # the numbers that were not refused
        self.received: list[str] = []  # the contents of messages
        self._http = requests.Session()
        self._url = f"{user.url}/socket.io/?EIO=4&transport=polling"
        opened = json.loads(self._http.get(self._url, timeout=ANSWER_S).text[1:])
        self._url += f"&sid={opened['sid']}"
        self.websocket_url = self._url.replace("http", "ws").replace("=polling", "=websocket")
        assert self.post(f'40{{"token": "{user.token}"}}').status_code == 200
        self.poll()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.post(CLOSE)  # a user may have so many connections only
        self._http.close()

    def post(self, *packets: str | bytes) -> requests.Response:
        """Send packets in one request."""
        encoded = (each.encode() if isinstance(each, str) else each for each in packets)
        return self.post_body(SEPARATOR.encode().join(encoded))

    def post_body(self, body: bytes | Iterator[bytes]) -> requests.Response:
        """Send a request with this body; an iterator's pieces go as chunks."""
        # A connection of its own, so that several threads may post.
        return requests.post(self._url, data=body, timeout=ANSWER_S)

    def poll(self) -> None:
        """Take what waits, at least one packet."""
        answer = self._http.get(self._url, timeout=ANSWER_S)
        assert answer.status_code == 200, answer.text
        answer.encoding = "utf-8"
        for packet in answer.text.split(SEPARATOR):
            self.read(packet)

    def read(self, packet: str) -> None:
        """Note an acknowledgement or a message."""
        if packet.startswith("43"):
            number, _, answer = packet[2:].partition("[")
            assert "refused" not in answer, packet
            self.acks.append(int(number))
        elif packet.startswith("42"):
            event, payload = json.loads(packet[2:])
            assert event == "message", packet
            self.received.append(payload["content"])

    def poll_until(self, acks: int, messages: int) -> None:
        """Take what waits until there are so many of both."""
        while len(self.acks) < acks or len(self.received) < messages:
            self.poll()


def sending(room: str, number: int) -> str:
    """A packet that sends a message and wants it acknowledged."""
    payload = {"roomId": room, "content": f"number {number}"}
    return f"42{number}{json.dumps(['send_message', payload])}"


@pytest.mark.parametrize("count", [1, 16, 17, 200])
def test_all_packets_of_a_request_are_handled(someone: ChatUser, count: int) -> None:
    room = someone.room()
    with Poller(someone) as client:
        packets = [sending(room, number) for number in range(count)]
        assert client.post(*packets).status_code == 200
        client.poll_until(count, count)
        assert client.acks == list(range(count))
        assert client.received == [f"number {number}" for number in range(count)]


@pytest.mark.parametrize(
    "packet",
    ["", "x", "hello", "9", "7x", "0{}", PROBE, "6", "b!", "bAAEC", "4", "4xyz", b"4\xff", CLOSE,
     UPGRADE, "3", "42[]", "d="],
)  # fmt: skip
def test_garbage_takes_no_good_packets_with_it(someone: ChatUser, packet: str | bytes) -> None:
    # when a packet that is none comes between two good ones
    room = someone.room()
    with Poller(someone) as client:
        answer = client.post(sending(room, 1), packet, sending(room, 2))

        # then both are handled, or the whole request is refused, at once and with the reason
        if answer.status_code == 200:
            wait_until(lambda: len(someone.history(room)) == 2, "both messages stored")
        else:
            assert answer.status_code == 400
            assert answer.json()["error"]["code"] == "bad_json"
            assert client.post(sending(room, 3)).status_code in (200, 400)
            wait_until(lambda: someone.history(room), "the next message")
            assert contents(someone.history(room)) == ["number 3"]


def test_a_request_without_a_length_is_refused_or_handled(someone: ChatUser) -> None:
    room = someone.room()
    with Poller(someone) as client:
        answer = client.post_body(iter([sending(room, 1).encode()]))
        if answer.status_code == 200:
            client.poll_until(1, 1)
        else:
            assert answer.status_code == 400
            assert "Content-Length" in answer.json()["error"]["message"]


def test_what_comes_while_the_client_closes_is_handled_or_refused(someone: ChatUser) -> None:
    # given a client that sends in several requests at once
    room = someone.room()
    answers: dict[int, int] = {}

    def send(numbers: range) -> None:
        for number in numbers:
            answers[number] = client.post(sending(room, number)).status_code

    with Poller(someone) as client:
        threads = [
            threading.Thread(target=send, args=(range(start, start + 15),)) for start in (0, 100)
        ]
        for thread in threads:
            thread.start()

        # when it closes meanwhile
        wait_until(lambda: len(answers) > 5, "the first answers")
        client.post(CLOSE)
        for thread in threads:
            thread.join()

    # then exactly those messages are stored whose requests were answered 200
    taken = {f"number {number}" for number, status in answers.items() if status == 200}
    assert set(answers.values()) <= {200, 400, 503}
    assert len(set(answers.values())) > 1
    wait_until(lambda: set(contents(someone.history(room))) >= taken, "all that was answered 200")
    assert sorted(contents(someone.history(room))) == sorted(taken)


def test_an_upgrade_with_messages_on_their_way_loses_and_doubles_none(
    alice: ChatUser, someone: ChatUser
) -> None:
    # given a polling client, and another member who does not stop to send
    room = someone.room(alice)
    others = [f"from alice {number}" for number in range(100)]
    own = [f"number {number}" for number in range(60)]
    with Poller(someone) as client:
        alice.start_sending(room, others[:50], [])
        client.post(*(sending(room, number) for number in range(20)))

        # when it probes a WebSocket while it sends and polls, and goes over to it
        upgraded = websocket.create_connection(client.websocket_url, timeout=ANSWER_S)
        upgraded.send(PROBE)
        assert upgraded.recv() == PROBED
        alice.start_sending(room, others[50:], [])
        assert client.post(*(sending(room, number) for number in range(20, 40))).status_code == 200
        client.poll()
        upgraded.send(UPGRADE)
        for number in range(40, 60):
            upgraded.send(sending(room, number))
        while len(client.acks) < len(own) or len(client.received) < len(own + others):
            client.read(str(upgraded.recv()))

        # then both members' messages have come once, in order, and polling is over
        assert client.acks == list(range(60))
        assert [each for each in client.received if each in own] == own
        assert [each for each in client.received if each in others] == others
        assert len(client.received) == len(own + others)
        assert client.post(sending(room, 60)).status_code == 400
        upgraded.close()


def test_no_request_leaves_a_traceback_in_the_log(server: ServerProcess) -> None:
    assert "Traceback" not in server.log, server.log
