"""python-socketio's server with its rough edges covered, so that handlers need not think of them.

What it adds: one place that calls handlers and answers for them; refusals instead of silence or a
traceback for unknown events, events named ``connect`` (python-socketio would run the handlers of
real connections for those), empty events, and packets that are binary or no JSON; bounds on what
waits for a client and comes from one; and a turn for everybody else between two packets of a user.
"""

import logging
import re
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

import eventlet
import socketio
from engineio import payload as polling_payload
from eventlet.semaphore import Semaphore

from .errors import BadJson, ChatError, RateLimited, UnknownEvent
from .outbox import Outbox
from .polling import WSGIApp, guard_polling
from .websocket import WebSocket

log = logging.getLogger(__name__)

# A packet that announces attachments, which no event of ours has, and how it may be acknowledged.
BINARY = re.compile(r"[56]\d+-(\d{1,9})?")
PAUSE_S = 0.01  # for who sends too fast, or what nobody can use

Payload = dict[str, Any]
EventHandler = Callable[[str, Any], Payload]


class Turn(Semaphore):
    """Who has it is read next; `pause` is set when who has it then shall wait a while first."""

    pause = False


class ChatServer(socketio.Server):
    """A Socket.IO server whose events are answered with what their handlers return or raise."""

    def __init__(self, max_frame_bytes: int) -> None:
        # Engine.IO drops a polling request of more than 16 packets, and answers 200. The limit on
        # its bytes bounds its packets already: each takes two at least, with its separator.
        polling_payload.Payload.max_decode_packets = max_frame_bytes
        super().__init__(
            async_mode="eventlet",
            # Each event in a greenlet of its own, started in order: a handler may wait, as long as
            # it has queued its message before it first does. With False, pongs wait behind it.
            async_handlers=True,
            max_http_buffer_size=max_frame_bytes,
            logger=logging.getLogger("socketio"),
            engineio_logger=logging.getLogger("engineio"),
        )
        # Engine.IO's own let any number of bytes wait for a client, and come from one.
        self.eio._async = {**self.eio._async, "queue": Outbox, "websocket": WebSocket}
        self._events: dict[str, EventHandler] = {}
        self._turns: dict[str, Turn] = {}  # of connections; those of one user share one
        self._turns_of_users: WeakValueDictionary[str, Turn] = WeakValueDictionary()

    def wsgi(self, fallback: WSGIApp) -> WSGIApp:
        """The application that serves Socket.IO, and leaves all other requests to `fallback`."""
        clients, max_bytes = self.eio.sockets, self.eio.max_http_buffer_size
        return guard_polling(socketio.WSGIApp(self, fallback), clients, max_bytes)

    def answer(self, event: str, handler: EventHandler) -> None:
        """Let `handler(sid, payload)` answer an event; a ChatError it raises is a refusal."""
        self._events[event] = handler

    def share_turn(self, sid: str, username: str) -> None:
        """From now on a connection takes turns with all others of its user: who has many of them
        is read no faster than who has one, and waits no longer for sending too much.
        """
        eio_sid = self.manager.eio_sid_from_sid(sid, "/")
        self._turns[eio_sid] = self._turns_of_users.setdefault(username, Turn())

    def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        """A connection begins; until it is known whose it is, it has a turn of its own."""
        self._turns[eio_sid] = Turn()
        return super()._handle_eio_connect(eio_sid, environ)

    def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        """A packet from a client. Its user's next one is read a turn later, or who always has
        something to say would be read for ever, and nobody else.
        """
        self._take_packet(eio_sid, data)
        turn = self._turns.get(eio_sid) or Turn()  # there is none if it has just ended
        with turn:
            eventlet.sleep()
            if turn.pause:
                turn.pause = False
                eventlet.sleep(PAUSE_S)

    def _slow_down(self, eio_sid: str) -> None:
        if turn := self._turns.get(eio_sid):
            turn.pause = True

    def _take_packet(self, eio_sid: str, data: Any) -> None:
        """Act on a packet; one that cannot be read costs its sender an error, no more."""
        binary = BINARY.match(data) if isinstance(data, str) else None
        try:
            if binary or not isinstance(data, str):
                raise ValueError("it is binary")
            super()._handle_eio_message(eio_sid, data)
        except Exception as error:  # whatever the decoder trips over
            log.warning("refused a packet of %s: %s", eio_sid, error)
            self._slow_down(eio_sid)
            sid = self.manager.sid_from_eio_sid(eio_sid, "/")
            if sid:
                problem = BadJson("a packet could not be read; is it JSON, and not too deep?")
                id = int(binary[1]) if binary and binary[1] else None
                self._reply(sid, eio_sid, id, _refused(problem))

    def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        """A client has gone."""
        super()._handle_eio_disconnect(eio_sid, reason)
        self._turns.pop(eio_sid, None)

    def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        """A client connects to a namespace; once is enough, or it would get everything twice."""
        if not self.manager.sid_from_eio_sid(eio_sid, namespace or "/"):
            super()._handle_connect(eio_sid, namespace, data)

    def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:
        """An event from a client: run its handler in a greenlet of its own, in order."""
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        if self.manager.is_connected(sid, namespace or "/"):
            self.start_background_task(self._answer, sid, eio_sid, id, data)

    def _answer(self, sid: str, eio_sid: str, id: int | None, data: Any) -> None:
        event, payload = (*data, None, None)[:2] if isinstance(data, list) else (None, None)
        self._reply(sid, eio_sid, id, self._call(event, sid, eio_sid, payload), payload)

    def _reply(
        self, sid: str, eio_sid: str, id: int | None, answer: Payload, payload: Any = None
    ) -> None:
        """Acknowledge an event; a refusal that nobody asked to acknowledge is an error event."""
        if id is not None:
            ack = self.packet_class(3, id=id, data=[answer])  # 3: acknowledgement
            self._send_packet(eio_sid, ack)
        elif answer["status"] == "refused":
            known = {"clientId": payload["clientId"]} if _has_client_id(payload) else {}
            self.emit("error", {**answer["error"], **known}, to=sid)

    def _call(self, event: Any, sid: str, eio_sid: str, payload: Any) -> Payload:
        handler = self._events.get(event) if isinstance(event, str) else None
        try:
            if handler is None:
                raise UnknownEvent(f"send one of these events: {', '.join(self._events)}")
            return handler(sid, payload)
        except ChatError as error:
            if isinstance(error, RateLimited | UnknownEvent):
                self._slow_down(eio_sid)
            return _refused(error)
        except Exception:
            log.exception("%s failed", event)
            return _refused(ChatError("the server made a mistake; its log says which"))


def _refused(error: ChatError) -> Payload:
    return {"status": "refused", "error": error.answer()}


def _has_client_id(payload: Any) -> bool:
    return isinstance(payload, dict) and isinstance(payload.get("clientId"), str)
