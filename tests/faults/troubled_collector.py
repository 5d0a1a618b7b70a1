"""A trace collector that gets into trouble, as told: on one address, in the tests' own event loop.

It keeps what it took, and reads it only when asked, so that a run costs it next to nothing.
"""

import asyncio
from contextlib import suppress
from enum import StrEnum
from typing import Self

from observability.trace_store.thrift_intake import read_thrift

SLOW_S = 5.0
POLL_S = 0.01
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


class Trouble(StrEnum):
    """What may be the matter with a collector."""

    NONE = "healthy"
    HANGING = "hanging"  # takes all, and never answers
    SLOW = "slow"  # answers after 5 s
    DOWN = "down"  # nobody listens
    REFUSING = "refusing"  # hangs up on whoever comes
    FAILING = "failing"  # answers 500


class TroubledCollector:
    """Listens on a free port of 127.0.0.1 while its context lasts, in whatever trouble."""

    def __init__(self) -> None:
        self.trouble = Trouble.NONE
        self.spans = 0  # in what it answered with 200
        self._taken: list[bytes] = []
        self._port = 0
        self._listener: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.get_into(Trouble.DOWN)
        while self._connections:
            await asyncio.sleep(POLL_S)

    @property
    def url(self) -> str:
        """Where servers are to send their spans."""
        return f"http://127.0.0.1:{self._port}/api/traces?format=jaeger.thrift"

    async def get_into(self, trouble: Trouble) -> None:
        """Be in this trouble from now on; connections that wait for an answer are ended."""
        self.trouble = trouble
        for connection in list(self._connections):
            connection.close()
        if trouble is Trouble.DOWN and self._listener:
            self._listener.close()
            self._listener = None
        elif trouble is not Trouble.DOWN and self._listener is None:
            await self._listen()

    def count(self) -> int:
        """How many spans it has taken so far."""
        self.spans += sum(1 for body in self._taken for _ in read_thrift(body))
        self._taken.clear()
        return self.spans

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while self.trouble is not Trouble.REFUSING:
                head = (await reader.readuntil(END_OF_HEAD)).lower()
                length = head.partition(LENGTH)[2].partition(b"\r\n")[0]
                await self._answer(await reader.readexactly(int(length)), reader, writer)
        self._connections.discard(writer)
        writer.close()

    async def _answer(
        self, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.trouble is Trouble.HANGING:
            await reader.read()  # until the other side gives up
            return
        if self.trouble is Trouble.SLOW:
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(), SLOW_S)
                return  # the other side has given up
        status = "500 Internal Server Error" if self.trouble is Trouble.FAILING else "200 OK"
        if status.startswith("200"):
            self._taken.append(body)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
