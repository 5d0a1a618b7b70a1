"""A guest of the New Year's party, as Locust drives it: comes in, joins a room, sends greetings.

Locust's own Socket.IO user records 0 ms for whatever it emits or receives, and waits where nobody
would. This one reports two rows with real times, both from the moment the greeting was *due*:
a server (or a Locust) that makes its guests late gets the delay counted.
"""

import itertools
import random
import time
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import gevent
from gevent.event import Event
from gevent.lock import Semaphore
from locust import HttpUser, task
from locust.contrib.socketio import SocketIOUser
from locust.event import EventHook

ACKNOWLEDGED = "send to acknowledgement"
BROADCAST = "send to broadcast"
SOCKET = "WS"  # the type of both rows

UNDELIVERED = "undelivered when the user stopped"
UNACKNOWLEDGED = "not acknowledged when the user stopped"

PASSWORD = "midnight-in-seoul"  # of users who exist only to make load
GREETINGS = Path(__file__).with_name("greetings.txt").read_text(encoding="utf-8").splitlines()
LAST_DELIVERIES_S = 5.0  # what was sent just before the end still may arrive
FAREWELL_S = 1.0
POLL_S = 0.05
TRY_AGAIN_S = 1.0
TIMEOUT_S = 30.0  # of one request on the way in
# A sign-up and a log-in cost the server some 90 ms of a core each, on purpose. If all came at once,
# all would wait for the last.
COME_IN_AT_ONCE = 4

Answer = dict[str, Any]


class NotLetIn(Exception):
    """A request on the way in failed; its row says why."""


@dataclass
class Room:
    """One chat room: made by the first guest who wants in, who then invites the others."""

    id: str = ""
    host_token: str = ""
    making: Semaphore = field(default_factory=Semaphore)  # only one guest finds it missing


class Party:
    """What the guests of one run share. Each run has names and rooms of its own.

    `pause_s` is the mean time between two greetings of one guest.
    """

    def __init__(self, rooms: int, pause_s: float) -> None:
        self.rooms = [Room() for _ in range(rooms)]
        self.pause_s = pause_s
        self.run = uuid.uuid4().hex[:8]
        self.door = Semaphore(COME_IN_AT_ONCE)
        self.numbers = itertools.count()
        self.here = 0  # guests who came in
        self.sent = 0  # greetings, of all guests
        self.begins = Event()  # nobody sends before


class ChatUser(SocketIOUser, HttpUser):
    """One guest. `ChatUser.party` must be set before the first is spawned."""

    party: ClassVar[Party]

    # Locust stops its users itself; and its client takes a failed reconnection for a success.
    options = {"handle_sigint": False, "reconnection": False}
    sio: Any  # python-socketio ships no types

    def on_start(self) -> None:
        """Come in, trying until it works, and wait for the party to begin."""
        number = next(self.party.numbers)
        self.name = f"guest-{self.party.run}-{number}"
        self.room = self.party.rooms[number % len(self.party.rooms)]
        self.greetings = itertools.count()
        self.unacknowledged: dict[str, float] = {}  # when each was due, by client id
        self.undelivered: dict[str, float] = {}
        self.sio.request_event = EventHook()  # its rows of 0 ms go nowhere,
        self.sio.request_event.add_listener(self.pass_failures_on)  # its failures where all go
        self.sio.on("message", self.on_message)
        self.sio.on("error", self.on_error)
        while not self.sio.connected:
            try:
                with self.party.door:
                    self.come_in()
            except NotLetIn:
                gevent.sleep(TRY_AGAIN_S)
        self.party.here += 1
        self.party.begins.wait()
        self.due_s = time.perf_counter()
        gevent.sleep(self.wait_time())

    def come_in(self) -> None:
        """Sign up, log in, join a room, connect. Raises NotLetIn at the first that fails."""
        credentials = {"username": self.name, "password": PASSWORD}
        self.post("sign up", "/api/auth/signup", credentials, good=(201, 409))  # 409: tried before
        self.token = self.post("log in", "/api/auth/login", credentials)["token"]
        with self.room.making:
            if not self.room.id:
                room = {"name": f"New Year {self.party.run}", "participants": []}
                made = self.post("make room", "/api/chatrooms", room, self.token)
                self.room.id, self.room.host_token = made["roomId"], self.token
        if self.token != self.room.host_token:
            invitation = f"/api/chatrooms/{self.room.id}/invite"
            self.post("join room", invitation, {"username": self.name}, self.room.host_token)
        self.client.close()  # from here on it takes a connection less
        self.connect()
        if not self.sio.connected:
            raise NotLetIn

    def post(
        self, row: str, path: str, body: Answer, token: str = "", good: Collection[int] = (200, 201)
    ) -> Answer:
        """POST JSON, recorded as `row`; raises NotLetIn unless the answer's status is good."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with self.client.post(
            path, json=body, headers=headers, name=row, catch_response=True, timeout=TIMEOUT_S
        ) as response:
            let_in = response.status_code in good
            if let_in:
                response.success()
            elif response.status_code:  # else there was no answer, and Locust says why
                response.failure(f"{response.status_code} {_code(response.json)}")
        if not let_in:
            raise NotLetIn
        answer: Answer = response.json()
        return answer

    def connect(self) -> None:
        """Connect by WebSocket; the server puts the user into all rooms of theirs."""
        auth = {"token": self.token}
        self.sio.connect(self.host, auth=auth, transports=["websocket"], wait_timeout=TIMEOUT_S)

    def wait_time(self) -> float:
        """Seconds until the next greeting is due: people are random, and wait for no server."""
        self.due_s += random.expovariate(1 / self.party.pause_s)
        return max(0.0, self.due_s - time.perf_counter())

    @task
    def greet(self) -> None:
        """Send one greeting; its acknowledgement and its broadcast are awaited by nobody."""
        self.party.sent += 1
        if not self.sio.connected:
            self.connect()
        if not self.sio.connected:
            self.report(ACKNOWLEDGED, self.due_s, "not connected")
            return
        client_id = f"{self.name}-{next(self.greetings)}"
        self.unacknowledged[client_id] = self.undelivered[client_id] = self.due_s
        content = random.choice(GREETINGS)
        greeting = {"roomId": self.room.id, "content": content, "clientId": client_id}
        self.sio.emit("send_message", greeting, callback=partial(self.on_acknowledged, client_id))

    def on_acknowledged(self, client_id: str, answer: Answer) -> None:
        """The server stored, queued or refused a greeting."""
        due_s = self.unacknowledged.pop(client_id, None)
        if due_s is None:
            return
        refused = answer["error"]["code"] if answer["status"] == "refused" else None
        self.report(ACKNOWLEDGED, due_s, refused)
        if refused:
            self.undelivered.pop(client_id, None)

    def on_message(self, message: Answer) -> None:
        """Somebody's greeting arrived; our own are timed."""
        due_s = self.undelivered.pop(message.get("clientId", ""), None)
        if due_s is not None:
            self.report(BROADCAST, due_s)

    def on_error(self, error: Answer) -> None:
        """A greeting that was acknowledged as queued could not be kept."""
        due_s = self.undelivered.pop(error.get("clientId", ""), None)
        if due_s is not None:
            self.report(BROADCAST, due_s, error["code"])

    def on_stop(self) -> None:
        """Give the last deliveries their time, report what never came, and leave."""
        deadline_s = time.monotonic() + LAST_DELIVERIES_S
        while self.sio.connected and self.awaits_something and time.monotonic() < deadline_s:
            gevent.sleep(POLL_S)
        for due_s in self.unacknowledged.values():
            self.report(ACKNOWLEDGED, due_s, UNACKNOWLEDGED)
        for due_s in self.undelivered.values():
            self.report(BROADCAST, due_s, UNDELIVERED)
        self.unacknowledged.clear()  # what still comes is counted already
        self.undelivered.clear()
        with suppress(gevent.Timeout), gevent.Timeout(FAREWELL_S):  # a server may hang
            self.sio.disconnect()

    @property
    def awaits_something(self) -> bool:
        """Whether a greeting of ours is under way."""
        return bool(self.undelivered or self.unacknowledged)

    def report(self, row: str, due_s: float, problem: str | None = None) -> None:
        """Tell Locust of one greeting: a success, or a failure with its code.

        A failure's time counts too: to leave out who waited longest would flatter the server.
        """
        self.environment.events.request.fire(
            request_type=SOCKET,
            name=row,
            response_time=(time.perf_counter() - due_s) * 1000,
            response_length=0,
            exception=problem,
            context={},
        )

    def pass_failures_on(self, exception: Exception | None, **request: Any) -> None:
        """Report what the Socket.IO client failed at, such as to connect."""
        if exception:
            self.environment.events.request.fire(exception=exception, **request)


def _code(read_json: Callable[[], Any]) -> str:
    """The code of a refusal as our servers word it, or nothing."""
    try:
        return str(read_json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""
