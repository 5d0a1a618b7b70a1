"""Plain python-socketio clients, as its documentation shows them, in a process of their own.

    python -m tests.benchmarks.plain_clients URL CLIENTS

They count what they receive until they are killed. python-socketio starts a thread for each event
that comes. (Its asyncio client would start a task; it needs aiohttp, which nothing here does.)
"""

import itertools
import sys
import threading
from typing import Any

import socketio


def run(url: str, count: int) -> None:
    """Connect, and listen for ever."""
    received = itertools.count()

    def on_message(message: dict[str, Any]) -> None:
        next(received)

    for _ in range(count):
        client = socketio.Client(reconnection=False)
        client.on("message", on_message)
        client.connect(url, auth={"token": "token"}, transports=["websocket"])
    threading.Event().wait()


if __name__ == "__main__":
    address, how_many = sys.argv[1:]
    run(address, int(how_many))
