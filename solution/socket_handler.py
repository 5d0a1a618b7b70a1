"""The Socket.IO events. A message comes in here: `send_message` is where to start reading.

Handlers run in a greenlet each, started in the order in which their events arrived. Whatever
comes before a handler first waits happens in that order too: that is what keeps each sender's
messages in order, so nothing before a message is queued may touch a file or the network.
"""

import logging
from typing import Any
from urllib.parse import parse_qs

import eventlet
from opentelemetry import trace
from socketio.exceptions import ConnectionRefusedError

from challenge import fields
from challenge.auth import Auth
from challenge.backlog import Backlog
from challenge.connections import ChatServer
from challenge.directory import Directory
from challenge.errors import BadToken, ChatError, RateLimited, ShuttingDown
from challenge.limits import RateLimiter
from challenge.models import ChatRoom, Message, MessageIds
from challenge.presence import Presence
from observability import names
from observability.metrics import ChatMetrics

from .config import ServerConfig
from .data_manager import DataManager
from .message_processor import MessageProcessor

log = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

Payload = dict[str, Any]


class SocketHandler:
    """Answers the events of all connections."""

    def __init__(
        self,
        sio: ChatServer,
        auth: Auth,
        directory: Directory,
        data: DataManager,
        backlog: Backlog,
        presence: Presence,
        limiter: RateLimiter,
        metrics: ChatMetrics,
        config: ServerConfig,
    ) -> None:
        self._sio = sio
        self._auth = auth
        self._directory = directory
        self.processor = MessageProcessor(data, backlog, config, self.broadcast, self.tell_failed)
        self._ack = config.ack
        self._backlog = backlog
        self._presence = presence
        self._limiter = limiter
        self._metrics = metrics
        self._ids = MessageIds(data.history.last_id)
        sio.on("connect", self.connect)
        sio.on("disconnect", self.disconnect)
        sio.answer("join_room", self.join_room)
        sio.answer("leave_room", self.leave_room)
        sio.answer("send_message", self.send_message)

    def send_message(self, sid: str, payload: Any) -> Payload:
        """A member sends a message: queued, acknowledged, then stored and broadcast in a batch."""
        # A refusal is an answer: its trace says which, and needs no traceback.
        with tracer.start_as_current_span(names.SEND_MESSAGE, record_exception=False) as span:
            message = self._accept(sid, payload, span)
            outcome = self.processor.queue_message(message)
            if self._ack == "queued":
                return {"status": "queued", "id": message.id}
            outcome.wait()
            return {"status": "stored", "id": message.id}

    def _accept(self, sid: str, payload: Any, span: trace.Span) -> Message:
        """Check a message, number it and let it into the backlog; never waits."""
        try:
            sender = self._checked(sid)
            given = fields.payload(payload)
            room = self._room(given, sender)
            message = Message(
                id=self._ids.next(),
                room_id=room.room_id,
                sender=sender,
                content=fields.text(given, "content", fields.MAX_CONTENT_CHARACTERS),
                client_id=fields.optional_text(given, "clientId", fields.MAX_CLIENT_ID_CHARACTERS),
                span_context=span.get_span_context(),
            )
            self._backlog.enter(message)
        except ChatError as error:
            self._metrics.refused[error.code] += 1
            raise
        span.set_attributes({names.MESSAGE_ID: message.id, names.ROOM_ID: message.room_id})
        return message

    def broadcast(self, message: Message) -> None:
        """Send a stored message to its room; never waits, so rooms see the order of the file."""
        self._sio.emit("message", message.event(), to=message.room_id)

    def tell_failed(self, message: Message, error: ChatError) -> None:
        """Tell the sender of a message that was acknowledged, and cannot be kept after all."""
        if self._ack == "queued":
            for sid in self._presence.connections(message.sender):
                self._sio.emit("error", {**error.answer(), **message.reference()}, to=sid)

    def connect(self, sid: str, environ: Payload, auth: Any = None) -> None:
        """A client connects with a token and is put into all rooms of its user."""
        token = auth.get("token") if isinstance(auth, dict) else None
        token = token or parse_qs(environ.get("QUERY_STRING", "")).get("token", [None])[0]
        try:
            if self._backlog.closed:
                raise ShuttingDown("the server is shutting down; connect again in a moment")
            username = self._auth.username(token)
            self._presence.enter(sid, username)
        except (BadToken, RateLimited, ShuttingDown) as error:
            raise ConnectionRefusedError(error.message, error.answer()) from None
        self._sio.share_turn(sid, username)
        for room in self._directory.rooms_of(username):
            self._sio.enter_room(sid, room.room_id)

    def disconnect(self, sid: str, reason: str) -> None:
        """A client has gone."""
        eventlet.sleep()  # what it sent last has come, and its handlers shall run first
        if gone := self._presence.leave(sid):
            self._limiter.forget(gone)

    def join_room(self, sid: str, payload: Any) -> Payload:
        """A member wants a room's messages on this connection, again."""
        room = self._room(fields.payload(payload), self._checked(sid))
        self._sio.enter_room(sid, room.room_id)
        return {"status": "ok"}

    def leave_room(self, sid: str, payload: Any) -> Payload:
        """A member wants no more of a room's messages on this connection."""
        room = self._room(fields.payload(payload), self._checked(sid))
        self._sio.leave_room(sid, room.room_id)
        return {"status": "ok"}

    def member_joined(self, room: ChatRoom, username: str) -> None:
        """A user became a member: all connections of theirs get the room's messages at once."""
        for sid in self._presence.connections(username):
            self._sio.enter_room(sid, room.room_id)

    def _checked(self, sid: str) -> str:
        """Whose connection it is; counts the event against that user's rate."""
        username = self._presence.username(sid)
        if username is None:
            raise BadToken("the connection has ended")
        self._limiter.check(username)
        return username

    def _room(self, given: Payload, username: str) -> ChatRoom:
        return self._directory.room(fields.text(given, "roomId", most=64), username)
