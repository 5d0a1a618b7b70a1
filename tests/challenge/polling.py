"""A Socket.IO client over the polling transport, in the process of the server it talks to."""

import json
from typing import Any

import socketio
from werkzeug.test import Client, TestResponse

from challenge.connections import ChatServer, limit_polling

PATH = "/socket.io/?EIO=4&transport=polling"
SEPARATOR = "\x1e"  # between the packets of a polling request


class Polling:
    """A client that polls: each call is a request."""

    def __init__(self, sio: ChatServer, max_bytes: int) -> None:
        self._client = Client(limit_polling(socketio.WSGIApp(sio), max_bytes))
        opened = json.loads(self._client.get(PATH).text.removeprefix("0"))
        self.path = f"{PATH}&sid={opened['sid']}"
        self.post("40")
        self.receive()

    def post(self, *packets: str) -> TestResponse:
        """Send packets in one request."""
        return self._client.post(self.path, data=SEPARATOR.join(packets).encode())

    def receive(self) -> list[str]:
        """The packets that wait, at least one."""
        return self._client.get(self.path).text.split(SEPARATOR)

    def answer(self, packet: str) -> Any:
        """What comes back to one event, with acknowledgement 7 or as an error event."""
        assert self.post(packet).status_code == 200
        (received,) = self.receive()
        return json.loads(received.removeprefix("437").removeprefix("42"))
