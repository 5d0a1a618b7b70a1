"""A WebSocket client that is not bound to what a Socket.IO client would say."""

from typing import Self

import websocket

from tests.behaviour.client import ChatUser


class RawClient:
    """A WebSocket that says whatever a test wants it to."""

    def __init__(self, user: ChatUser) -> None:
        url = user.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(url, timeout=10)
        self.expect("0")
        self.socket.send(f'40{{"token": "{user.token}"}}')
        self.expect("40")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def expect(self, prefix: str) -> str:
        """The next packet that starts so; others are passed over."""
        while True:
            packet = str(self.socket.recv())
            if packet.startswith(prefix):
                return packet
