"""A chat user, with the real Socket.IO client and plain HTTP requests."""

import itertools
from typing import Any, Self

import requests
import socketio
from engineio.payload import Payload as PollingPayload

from tests.behaviour.servers import ServerProcess, wait_until

PASSWORD = "midnight-2027"
# Of this client: more packets in one answer, and it would drop them all.
PollingPayload.max_decode_packets = 1_000
_numbers = itertools.count(1)

Payload = dict[str, Any]


class Api:
    """One server's HTTP API, as nobody or as a user."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: object) -> requests.Response:
        """GET a path with a query."""
        values = {name: str(value) for name, value in query.items()}
        return requests.get(self.url + path, params=values, headers=self.headers, timeout=10)

    def post(self, path: str, body: object = None, **more: Any) -> requests.Response:
        """POST a JSON body to a path."""
        headers = {**self.headers, **more.pop("headers", {})}
        return requests.post(self.url + path, json=body, headers=headers, timeout=10, **more)


class ChatUser(Api):
    """A user who is signed up and logged in, and may connect."""

    def __init__(self, server: ServerProcess, name: str | None = None) -> None:
        self.name = name or f"user-{next(_numbers)}"
        credentials = {"username": self.name, "password": PASSWORD}
        nobody = Api(server.url)
        nobody.post("/api/auth/signup", credentials)
        answer = nobody.post("/api/auth/login", credentials)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["token"]
        super().__init__(server.url, self.token)
        self.messages: list[Payload] = []
        self.errors: list[Payload] = []
        self.socket: socketio.Client

    def __enter__(self) -> Self:
        return self.connect()

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def connect(self, transport: str = "websocket") -> Self:
        """Connect with the token."""
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("message", lambda message: self.messages.append(message))
        self.socket.on("error", lambda error: self.errors.append(error))
        self.socket.connect(self.url, auth={"token": self.token}, transports=[transport])
        return self

    def hang_up(self) -> None:
        """Disconnect, and close what the library leaves open when the server closed first."""
        websocket, http = self.socket.eio.ws, self.socket.eio.http
        self.socket.disconnect()
        for each in (websocket, http):
            if each:
                each.close()

    def room(self, *others: "ChatUser", name: str = "New Year's Eve") -> str:
        """Make a room with others in it; its id."""
        body = {"name": name, "participants": [other.name for other in others]}
        answer = self.post("/api/chatrooms", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["roomId"])

    def send(self, room: str, content: object, **more: object) -> Payload:
        """Send a message; the acknowledgement."""
        return self.ask("send_message", {"roomId": room, "content": content, **more})

    def ask(self, event: str, payload: object) -> Payload:
        """Send any event; the acknowledgement."""
        answer: Payload = self.socket.call(event, payload, timeout=20)
        return answer

    def start_sending(self, room: str, contents: list[str], acks: list[Payload]) -> None:
        """Send many messages without waiting; their acknowledgements come into `acks`."""
        for content in contents:
            payload = {"roomId": room, "content": content}
            self.socket.emit("send_message", payload, callback=acks.append)

    def history(self, room: str, **query: object) -> list[Payload]:
        """A page of a room's history."""
        answer = self.get(f"/api/chatrooms/{room}/messages", **query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def whole_history(self, room: str) -> list[Payload]:
        """All messages of a room, a page at a time from the end."""
        messages = self.history(room, limit=100)
        while messages and (page := self.history(room, limit=100, before=messages[0]["id"])):
            messages = page + messages
        return messages

    def wait_for(self, count: int, timeout_s: float = 20) -> list[Payload]:
        """Wait until so many messages have come; all of them."""
        wait_until(lambda: len(self.messages) >= count, f"{count} messages", timeout_s)
        return self.messages

    def wait_for_error(self) -> Payload:
        """Wait for an `error` event; it."""
        wait_until(lambda: self.errors, "an error event")
        return self.errors[-1]


def contents(messages: list[Payload]) -> list[str]:
    """The texts of messages."""
    return [message["content"] for message in messages]


def refused(answer: Payload, code: str) -> None:
    """Check an acknowledgement that refuses."""
    assert answer["status"] == "refused", answer
    assert answer["error"]["code"] == code
    assert len(answer["error"]["message"]) > 10
