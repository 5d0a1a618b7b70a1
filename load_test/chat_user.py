"""A guest of the New Year's party, as Locust drives it: comes in, joins a room, sends greetings.

Locust's own Socket.IO user records 0 ms for whatever it emits or receives, and waits where nobody
would. This one reports two rows with real times, both from the moment the greeting was *due*:
a server (or a Locust) that makes its guests late gets the delay counted.
"""

import itertools
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

import gevent
from gevent import GreenletExit
from locust import HttpUser, task
from locust.contrib.socketio import SocketIOUser
from locust.event import EventHook

from load_test.greetings import greeting
from load_test.party import Party as Party

ACKNOWLEDGED = "send to acknowledgement"
BROADCAST = "send to broadcast"
SOCKET = "WS"  # the type of both rows

UNDELIVERED = "undelivered when the user stopped"
UNACKNOWLEDGED = "not acknowledged when the user stopped"
NOT_CONNECTED = {"status": "refused", "error": {"code": "not connected"}}

PASSWORD = "midnight-in-seoul"  # of users who exist only to make load
GREET = 12  # weight of the task that all guests have; those of guests.py stand against it
LAST_DELIVERIES_S = 5.0  # what was sent just before the end still may arrive
FAREWELL_S = 1.0
POLL_S = 0.05
TRY_AGAIN_S = 1.0
TIMEOUT_S = 30.0  # of one request

Answer = dict[str, Any]


class Refused(Exception):
    """A request failed; its row says why."""


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
        self.room = self.party.room_of(number)
        self.chance = self.party.chance(number)
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
            except Refused:
                gevent.sleep(TRY_AGAIN_S)
        self.party.here += 1
        self.party.begins.wait()
        self.due_s = time.perf_counter()
        gevent.sleep(self.wait_time())

    def come_in(self) -> None:
        """Sign up, log in, join a room, connect. Raises Refused at the first that fails."""
        credentials = {"username": self.name, "password": PASSWORD}
        self.ask("sign up", "/api/auth/signup", credentials, good=(201, 409))  # 409: tried before
        self.token = self.ask("log in", "/api/auth/login", credentials)["token"]
        with self.room.making:
            if not self.room.id:
                room = {"name": f"New Year {self.party.run}", "participants": []}
                made = self.ask("make room", "/api/chatrooms", room, self.token)
                self.room.id, self.room.host_token = made["roomId"], self.token
        if self.token != self.room.host_token:
            invitation = f"/api/chatrooms/{self.room.id}/invite"
            self.ask("join room", invitation, {"username": self.name}, self.room.host_token)
        self.client.close()  # who only greets takes a connection less from here on
        self.connect()
        if not self.sio.connected:
            raise Refused

    def ask(
        self,
        row: str,
        path: str,
        body: Answer | None = None,
        token: str = "",
        good: Collection[int] = (200, 201),
    ) -> Answer:
        """POST a body as JSON, or GET if there is none, recorded as `row`; the answer's JSON.

        Raises Refused unless the answer's status is good.
        """
        method = "GET" if body is None else "POST"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with self.client.request(
            method,
            path,
            json=body,
            headers=headers,
            name=row,
            catch_response=True,
            timeout=TIMEOUT_S,
        ) as response:
            well = response.status_code in good
            if well:
                response.success()
            elif response.status_code:  # else there was no answer, and Locust says why
                response.failure(f"{response.status_code} {_code(response.json)}")
        if not well:
            raise Refused
        answer: Answer = response.json()
        return answer

    def connect(self) -> None:
        """Connect by WebSocket; the server puts the user into all rooms of theirs."""
        auth = {"token": self.token}
        self.sio.connect(self.host, auth=auth, transports=["websocket"], wait_timeout=TIMEOUT_S)

    def wait_time(self) -> float:
        """Seconds until the next task is due: people are random, and wait for no server."""
        gap_s = self.chance.expovariate(1 / self.party.pause_s)
        self.due_s = self.party.later(self.due_s, gap_s)
        # Locust picks one of self.tasks by a chance that all users share: leave it only ours.
        self.tasks = [self.chance.choice(type(self).tasks)]
        return max(0.0, self.due_s - time.perf_counter())

    def stay_away(self, seconds: float) -> None:
        """Do nothing for so long, by plan: what is due later is due that much later."""
        self.due_s += seconds
        gevent.sleep(max(0.0, self.due_s - time.perf_counter()))

    @task(GREET)
    def greet(self) -> None:
        """Send one greeting; its acknowledgement and its broadcast are awaited by nobody."""
        client_id = f"{self.name}-{next(self.greetings)}"
        content = greeting(self.chance, self.party.message_length)
        self.party.sent += 1
        self.unacknowledged[client_id] = self.undelivered[client_id] = self.due_s
        if not self.sio.connected:
            self.connect()
        if not self.sio.connected:
            self.on_acknowledged(client_id, NOT_CONNECTED)
            return
        payload = {"roomId": self.room.id, "content": content, "clientId": client_id}
        self.sio.emit("send_message", payload, callback=partial(self.on_acknowledged, client_id))

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
        self.room.note(message["id"])
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
            with suppress(GreenletExit):  # Locust may tell a user to stop who is stopping
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
