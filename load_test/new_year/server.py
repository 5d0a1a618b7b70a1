"""Can a guest get in at an address? Tried before Locust is imported, which takes a second.

A visitor goes a guest's whole way in: the server's name, sign-up, login, WebSocket. So what would
stop every guest is said once, in one line, instead of once by each of them. The price: one more
user on the server, who is never seen again.
"""

import re
import secrets
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import gevent
import requests
import socketio

from load_test.new_year.targets import hint
from observability.names import QUEUE_MESSAGES

WITHIN_S = 3.0  # for the whole way; the start of Python comes on top, and 5 s is the promise
PORTS = {"http": 80, "https": 443}

Answer = dict[str, Any]


class NoWayIn(Exception):
    """Raised when a guest cannot get in; says what was found instead."""


@dataclass(frozen=True)
class Server:
    """What a server says of itself: its name, and how many messages wait to be stored."""

    name: str
    waiting: int


def visit(address: str) -> Server:
    """Go in and out as a guest would, and look around. Raises NoWayIn."""
    visitor = Visitor(address)
    try:
        with gevent.Timeout(WITHIN_S):  # for all of it: names to look up, answers that trickle
            visitor.reach()
            visitor.ask_name()
            visitor.connect(visitor.log_in())
            return Server(visitor.server, visitor.count_waiting())
    except gevent.Timeout:
        raise visitor.no_way_in(f"is not answered within {WITHIN_S:g} s") from None


class Visitor:
    """One guest on the way in. `step` is what is tried just now, `server` its name once known."""

    def __init__(self, address: str) -> None:
        self.step = "the connection"
        self.server = ""
        self._address = address
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy would not reach this machine's servers

    def reach(self) -> None:
        """See whether anything listens."""
        parts = urlsplit(self._address)
        try:
            port = parts.port or PORTS[parts.scheme]
            socket.create_connection((parts.hostname or "", port)).close()
        except socket.gaierror:
            raise NoWayIn(f"no machine is found under the name {parts.hostname!r}") from None
        except OSError as error:
            problem = f"no server answers at {self._address}: {error.strerror or error}"
            raise NoWayIn(f"{problem}; {hint(self._address)}") from None

    def ask_name(self) -> None:
        """Learn the server's name, which only a chat server tells."""
        name = self._request("GET", "/ready").get("server")
        if not (isinstance(name, str) and name and name.isprintable()):
            raise self.no_way_in("tells no server's name")
        self.server = name

    def log_in(self) -> str:
        """Sign up and log in under a new name; the token."""
        credentials = {
            "username": f"visitor-{secrets.token_hex(4)}",
            "password": secrets.token_urlsafe(),
        }
        self._request("POST", "/api/auth/signup", credentials)
        token = self._request("POST", "/api/auth/login", credentials).get("token")
        if not isinstance(token, str):
            raise self.no_way_in("gives no token")
        return token

    def connect(self, token: str) -> None:
        """Connect by WebSocket, and leave."""
        self.step = "the WebSocket"
        client = socketio.Client(reconnection=False, handle_sigint=False)
        try:
            client.connect(
                self._address, auth={"token": token}, transports=["websocket"],
                wait_timeout=WITHIN_S,
            )  # fmt: skip
        except Exception as error:  # what the client raises at nonsense is not documented
            raise self.no_way_in(f"is refused ({error})") from error
        client.disconnect()

    def count_waiting(self) -> int:
        """How many messages of before the server has yet to store; 0 if it does not tell."""
        metrics = self._send("GET", "/metrics").text
        found = re.search(rf"^{QUEUE_MESSAGES} (\d+)", metrics, re.MULTILINE)
        return int(found[1]) if found else 0

    def no_way_in(self, what: str) -> NoWayIn:
        """The error that tells where the way in ended, and `what` happened there."""
        if self.server:
            return NoWayIn(f"{self.server} at {self._address} lets nobody in: {self.step} {what}")
        return NoWayIn(f"no chat server is ready at {self._address}: {self.step} {what}")

    def _send(self, method: str, path: str, body: Answer | None = None) -> requests.Response:
        self.step = f"{method} {path}"
        try:
            return self._session.request(
                method, f"{self._address}{path}", json=body, allow_redirects=False
            )
        except requests.RequestException as error:
            raise self.no_way_in(f"gets no HTTP answer ({type(error).__name__})") from None

    def _request(self, method: str, path: str, body: Answer | None = None) -> Answer:
        """The JSON object in a good answer; raises NoWayIn if there is none."""
        response = self._send(method, path, body)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if response.status_code in (200, 201) and isinstance(answer, dict):
            return answer
        raise self.no_way_in(f"is answered with {response.status_code} {_code(answer)}".strip())


def _code(answer: Any) -> str:
    """The code of a refusal as our servers word it, or what is wrong with the answer."""
    if not isinstance(answer, dict):
        return "and no JSON object"
    error = answer.get("error")
    return str(error.get("code", "")) if isinstance(error, dict) else ""
