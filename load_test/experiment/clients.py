"""Chat clients as light as they can be: Socket.IO packets over raw WebSocket connections.

`websockets` reads and writes the protocol, without tasks or queues of its own (its "Sans-I/O"
layer). A broadcast costs about 10 microseconds in all, of which 2 go into its JSON: 8,800 a second
took 9 % of a core. The price is that handshakes and pings are ours to answer. Compression is off.
"""

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from load_test.experiment.ledger import Ledger

CONNECT_TIMEOUT_S = 10.0
# No packet of ours is a hundredth of it; a server that sends more would fill our memory.
MOST_FRAME_BYTES = 1_000_000
MOST_CODE_CHARACTERS, MOST_REASON_BYTES = 40, 200

# Engine.IO puts one digit before each packet, Socket.IO a second one before each of its own.
OPEN, PING, PONG = b"0", b"2", b"3"
JOINED, EVENT, ACK, REFUSED = b"40", b"42", b"43", b"44"


class CannotConnect(Exception):
    """Raised when a server does not take a connection, or not the token."""


def frame(packet: bytes) -> bytes:
    """The bytes of a packet on the wire. Made before the run, so that sending costs next to
    nothing; the mask that hides it from old proxies is then not new for each, which is no loss.
    """
    return Frame(Opcode.TEXT, packet).serialize(mask=True)


class ChatClient(asyncio.Protocol):
    """One user's connection, which writes all that comes into a ledger.

    `ledger` may be replaced by another one between two loads.
    """

    def __init__(self, url: str, member: int, token: str) -> None:
        address = urlsplit(url)
        self.ledger = Ledger((), ())
        self.gone = True  # before there is a connection, and after it has ended
        self._host, self._port = address.hostname or "", address.port or 80
        self._member = member
        self._token = token
        self._numbers: dict[str, int] = {}  # of messages, by the server's ids
        uri = f"ws://{address.netloc}/socket.io/?EIO=4&transport=websocket"
        self._protocol = ClientProtocol(parse_uri(uri), max_size=MOST_FRAME_BYTES)
        self._joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connect(self) -> None:
        """Connect and log in. Raises CannotConnect."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await loop.create_connection(lambda: self, self._host, self._port)
                await self._joined
        except CannotConnect:
            self.close()
            raise
        except OSError as error:
            self.close()
            reason = str(error) or f"no answer within {CONNECT_TIMEOUT_S:.0f} s"
            raise CannotConnect(f"did not let a client connect: {reason}") from error

    def send(self, data: bytes) -> None:
        """Send a frame; never waits, whatever the server does."""
        self._transport.write(data)

    def close(self) -> None:
        """End the connection at once, if there is one."""
        if not self.gone:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the network is there; ask for a WebSocket."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.gone = False
        self._protocol.send_request(self._protocol.connect())
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio: the connection has ended."""
        self.gone = True
        self._settle(CannotConnect("closed a connection at once"))

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came; they count as of now, however many messages are in them."""
        at_s = time.perf_counter()
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                if event.opcode is Opcode.TEXT:
                    self.read(bytes(event.data), at_s)
            elif isinstance(event, Response) and self._protocol.handshake_exc:
                self._settle(CannotConnect(f"answered a client with {event.status_code}"))
        if self._protocol.handshake_exc:
            self._settle(CannotConnect("answered a client with something that is no HTTP"))
        self._flush()

    def eof_received(self) -> None:
        """asyncio: the server sends no more."""
        self._protocol.receive_eof()

    def _flush(self) -> None:
        """Send what the protocol has to say by itself: handshake, pongs, its part of a close."""
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._transport.close()

    def _settle(self, error: CannotConnect | None) -> None:
        """Tell `connect` how it went; what happens to a connection later is no news to it."""
        if self._joined.done():
            return
        if error:
            self._joined.set_exception(error)
        else:
            self._joined.set_result(None)

    def read(self, packet: bytes, at_s: float) -> None:
        """Read one packet that came at that moment."""
        try:
            if packet.startswith(EVENT):
                name, payload = json.loads(packet[2:])
                self._on_event(name, payload, at_s)
            elif packet.startswith(ACK):
                start = packet.index(b"[")
                self._on_ack(_number(packet[2:start].decode()), json.loads(packet[start:])[0], at_s)
            elif packet == PING:
                self._transport.write(frame(PONG))
            elif packet.startswith(OPEN):
                self._transport.write(frame(JOINED + json.dumps({"token": self._token}).encode()))
            elif packet.startswith(JOINED):
                self._settle(None)
            elif packet.startswith(REFUSED):
                reason = packet[2 : 2 + MOST_REASON_BYTES].decode(errors="replace")
                self._settle(CannotConnect(f"refused a token: {reason}"))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            # A server may send anything; what is no answer to us is only counted.
            self.ledger.unreadable += 1

    def _on_event(self, name: str, payload: dict[str, Any], at_s: float) -> None:
        if name == "message":
            self.ledger.receive(self._member, _number(payload["clientId"]), at_s)
        elif name == "error":
            client_id = payload.get("clientId")
            known = self._numbers[payload["id"]] if client_id is None else _number(client_id)
            self.ledger.fail(known, _code(payload), at_s)

    def _on_ack(self, number: int, answer: dict[str, Any], at_s: float) -> None:
        if answer["status"] == "refused":
            self.ledger.refuse(number, _code(answer["error"]), at_s)
        elif answer["status"] in ("stored", "queued"):
            self.ledger.acknowledge(number, answer["status"], at_s)
            self._numbers[answer["id"]] = number
        else:
            raise ValueError(answer["status"])


def _number(text: str) -> int:
    """The number of a message. Raises ValueError for what we never send, as -1."""
    if not text.isdigit():
        raise ValueError(text)
    return int(text)


def _code(error: dict[str, Any]) -> str:
    """The code of an error. Raises ValueError for what is none."""
    code = error["code"]
    if not isinstance(code, str) or len(code) > MOST_CODE_CHARACTERS:
        raise ValueError(code)
    return code
