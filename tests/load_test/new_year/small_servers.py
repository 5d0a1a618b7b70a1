"""Servers that are no chat server, or a bad one: small, real, and gone at the end."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

READY, SIGN_UP, LOG_IN = "/ready", "/api/auth/signup", "/api/auth/login"
# What lets a guest in, as far as the WebSocket.
GOOD: Mapping[str, tuple[int, Any]] = {
    READY: (200, {"status": "ok", "server": "small"}),
    SIGN_UP: (201, {"username": "somebody"}),
    LOG_IN: (200, {"token": "a token", "username": "somebody"}),
}
HANGS = (0, None)
DRIP_S = 0.1


class SmallServer(ThreadingHTTPServer):
    """Answers each path as it is told, those it knows nothing of with 404."""

    daemon_threads = True

    def __init__(self, answers: Mapping[str, tuple[int, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.ended = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: SmallServer

    def do_GET(self) -> None:
        status, body = self.server.answers.get(self.path.partition("?")[0], (404, None))
        if (status, body) == HANGS:
            self.server.ended.wait()
            return
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        text = json.dumps(body).encode() if body is not None else b"<html>not found</html>"
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, format: str, *_: Any) -> None:
        """Keep quiet."""


@contextmanager
def small_server(answers: Mapping[str, tuple[int, Any]]) -> Iterator[str]:
    """A server of some answers; its address."""
    with SmallServer(answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


@contextmanager
def silent_server() -> Iterator[str]:
    """A server that accepts and never says anything; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def talking_server(text: bytes, again: bool) -> Iterator[str]:
    """A server that says one thing to who connects, at once or, if `again`, for ever."""
    ended = threading.Event()

    def talk() -> None:
        while not ended.is_set():
            try:
                connection = listening.accept()[0]
            except OSError:
                continue
            threading.Thread(target=say, args=(connection,), daemon=True).start()

    def say(connection: socket.socket) -> None:
        with connection:
            try:
                connection.sendall(text)
                while again and not ended.wait(DRIP_S):
                    connection.sendall(text)
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(DRIP_S)
        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()


def unused_address() -> str:
    """An address where nothing listens."""
    with silent_server() as address:
        return address
