"""A server that floods chat clients: it sends broadcasts as fast as they are read, or at a rate.

It speaks just enough HTTP and Socket.IO to be taken for the chat server, keeps no rooms and no
files, and has every frame ready before the start, so that what it measures is the client.
"""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Self, cast

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from challenge.models import Message
from load_test.experiment.arrivals import GREETINGS

MESSAGES = 20_000  # different ones; then they come again
# Messages before a ping, whose pong says that they were read. Fewer would be counted more exactly,
# and cost the clients more pongs.
CHUNK = 25
WINDOW = 2  # chunks on the way to a client: one that it reads, and one that waits for it

PING, PONG, CONNECT = b"2", b"3", b"40"
OPEN = b'0{"sid":"flood","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":49152}'
JOINED = b'40{"sid":"flood"}'
WANTS_ANSWER = re.compile(rb"42(\d+)\[")
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
# The one answer to all HTTP requests of clients on their way in: each finds its fields in it.
FIELDS: dict[str, str | list[str]] = {
    "username": "guest",
    "token": "token",
    "roomId": "room",
    "name": "New Year",
    "participants": [],
    "messages": [],
}


def frame(packet: bytes) -> bytes:
    """The bytes of a packet from a server on the wire."""
    return Frame(Opcode.TEXT, packet).serialize(mask=False)


def broadcasts(clients: int) -> list[bytes]:
    """Frames with the `message` events that the challenge sends, from that many senders."""
    frames = []
    for number in range(MESSAGES):
        event = Message(
            id=f"{number:016x}",
            room_id="room",
            sender=f"reveller-{number % clients}",
            content=f"{GREETINGS[number % len(GREETINGS)]} ({number})",
            client_id=str(number),
        ).event()
        frames.append(frame(b"42" + json.dumps(["message", event], separators=(",", ":")).encode()))
    return frames


class FloodServer:
    """Serves on a free port of 127.0.0.1 while its context lasts.

    `read` is the number of messages that all clients together are known to have read.
    """

    def __init__(self, frames: Sequence[bytes]) -> None:
        """`frames` are what is broadcast; their number is a multiple of CHUNK."""
        self.read = 0
        self.members: list[Member] = []  # who have logged in
        self._frames = frames
        self._ping = frame(PING)
        self.chunks = [
            b"".join(frames[start : start + CHUNK]) + self._ping
            for start in range(0, len(frames), CHUNK)
        ]

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Member(self), "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for member in self.members:
            member.transport.abort()

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def flood(self) -> None:
        """From now on send each client as much as it reads."""
        for member in self.members:
            member.flood()

    async def broadcast(self, events_per_s: float) -> None:
        """Send each message to all clients, at a rate that makes so many events; never ends."""
        between_s = len(self.members) / events_per_s
        # A member's first chunk is so much shorter, so that the pongs do not all come at once.
        self.read -= sum(place % CHUNK for place in range(len(self.members)))
        started_s = time.perf_counter()
        for number, data in enumerate(cycle(self._frames)):
            left_s = started_s + number * between_s - time.perf_counter()
            await asyncio.sleep(max(0.0, left_s))
            with_ping = data + self._ping
            for place, member in enumerate(self.members):
                last = (number + 1 + place) % CHUNK == 0  # of a chunk
                member.transport.write(with_ping if last else data)


class Member(asyncio.Protocol):
    """One connection to a server: an HTTP request, or a client who is one of its members."""

    transport: asyncio.Transport

    def __init__(self, server: FloodServer) -> None:
        self._server = server
        self._chunks = cycle(server.chunks)
        self._flooding = False
        self._request = b""
        self._websocket: ServerProtocol | None = None

    def flood(self) -> None:
        """Send what may be under way; each pong lets the next chunk go."""
        self._flooding = True
        for _ in range(WINDOW):
            self.transport.write(next(self._chunks))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: a client has come."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio: it has gone."""
        if self in self._server.members:
            self._server.members.remove(self)

    def data_received(self, data: bytes) -> None:
        """asyncio: it sent something."""
        if self._websocket is None:
            self._request += data
            self._on_request(*self._request.partition(HEAD_END))
            return
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._on_packet(bytes(event.data))

    def _on_request(self, head: bytes, end: bytes, body: bytes) -> None:
        """Answer a request, if all of it is there."""
        length = LENGTH.search(head)
        if not end or (length and len(body) < int(length[1])):
            return
        if b"upgrade: websocket" not in head.lower():
            self.transport.write(http_answer())
            self.transport.close()
            return
        self._websocket = ServerProtocol()
        self._websocket.receive_data(head + end)
        for request in self._websocket.events_received():
            response = self._websocket.accept(cast(Request, request))
            self._websocket.send_response(response)
        self.transport.writelines([*self._websocket.data_to_send(), frame(OPEN)])

    def _on_packet(self, packet: bytes) -> None:
        if packet == PONG:
            self._server.read += CHUNK
            if self._flooding:
                self.transport.write(next(self._chunks))
        elif packet.startswith(CONNECT):
            self.transport.write(frame(JOINED))
            self._server.members.append(self)
        elif asked := WANTS_ANSWER.match(packet):
            answer = b'43%b[{"status":"queued","id":"%b"}]' % (asked[1], asked[1])
            self.transport.write(frame(answer))


def http_answer() -> bytes:
    """The answer to every request."""
    body = json.dumps(FIELDS).encode()
    head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
