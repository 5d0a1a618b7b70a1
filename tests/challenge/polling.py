"""A Socket.IO client over the polling transport, in the process of the server it talks to."""

import json
from collections.abc import Callable
from typing import Any

from werkzeug.test import Client, TestResponse

from challenge.connections import ChatServer

PATH = "/socket.io/?EIO=4&transport=polling"
SEPARATOR = "\x1e"  # between the packets of a polling request


def nothing_else(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answers what is not for Socket.IO, with the body that it was sent."""
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


class Polling:
    """A client that polls: each call is a request."""

    def __init__(self, sio: ChatServer) -> None:
        self.http = Client(sio.wsgi(nothing_else))
        opened = json.loads(self.http.get(PATH).text.removeprefix("0"))
        self.path = f"{PATH}&sid={opened['sid']}"
        self.post("40")
        self.receive()

    def post(self, *packets: str) -> TestResponse:
        """Send packets in one request."""
        return self.post_body(SEPARATOR.join(packets).encode())

    def post_body(self, body: bytes, **more: Any) -> TestResponse:
        """Send a request with this body."""
        return self.http.post(self.path, data=body, **more)

    def receive(self) -> list[str]:
        """The packets that wait, at least one."""
        return self.http.get(self.path).text.split(SEPARATOR)

    def answer(self, packet: str) -> Any:
        """What comes back to one event, with acknowledgement 7 or as an error event."""
        assert self.post(packet).status_code == 200
        (received,) = self.receive()
        return json.loads(received.removeprefix("437").removeprefix("42"))
