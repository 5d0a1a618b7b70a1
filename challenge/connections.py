"""python-socketio's server with its rough edges covered, so that handlers need not think of them.

What it adds: one place that calls handlers and answers for them; refusals instead of silence or a
traceback for unknown events, events named ``connect`` (python-socketio would run the handlers of
real connections for those), empty events, and packets that are no JSON.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import socketio
from engineio.payload import Payload

from .errors import BadJson, ChatError, UnknownEvent
from .outbox import Outbox
from .websocket import WebSocket

log = logging.getLogger(__name__)

EventHandler = Callable[[str, Any], dict[str, Any]]
WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ChatServer(socketio.Server):
    """A Socket.IO server whose events are answered with what their handlers return or raise."""

    def __init__(self, max_frame_bytes: int) -> None:
        # Engine.IO drops a polling request of more than 16 packets, and answers 200. The limit on
        # its bytes bounds its packets already: each takes two at least, with its separator.
        Payload.max_decode_packets = max_frame_bytes
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

    def answer(self, event: str, handler: EventHandler) -> None:
        """Let `handler(sid, payload)` answer an event; a ChatError it raises is a refusal."""
        self._events[event] = handler

    def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        """A packet from a client; one that cannot be read costs its sender an error, no more."""
        try:
            super()._handle_eio_message(eio_sid, data)
        except Exception as error:  # whatever the decoder trips over
            log.warning("refused a packet of %s: %s", eio_sid, error)
            sid = self.manager.sid_from_eio_sid(eio_sid, "/")
            if sid:
                problem = BadJson("a packet could not be read; is it JSON, and not too deep?")
                self.emit("error", problem.answer(), to=sid)

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
        answer = self._call(event, sid, payload)
        if id is not None:
            ack = self.packet_class(3, id=id, data=[answer])  # 3: acknowledgement
            self._send_packet(eio_sid, ack)
        elif answer["status"] == "refused":
            known = {"clientId": payload["clientId"]} if _has_client_id(payload) else {}
            self.emit("error", {**answer["error"], **known}, to=sid)

    def _call(self, event: Any, sid: str, payload: Any) -> dict[str, Any]:
        handler = self._events.get(event) if isinstance(event, str) else None
        try:
            if handler is None:
                raise UnknownEvent(f"send one of these events: {', '.join(self._events)}")
            return handler(sid, payload)
        except ChatError as error:
            return {"status": "refused", "error": error.answer()}
        except Exception:
            log.exception("%s failed", event)
            mistake = ChatError("the server made a mistake; its log says which")
            return {"status": "refused", "error": mistake.answer()}


def limit_polling(app: WSGIApp, max_bytes: int) -> WSGIApp:
    """Refuse polling requests over the limit here: Engine.IO would hang until its client polls."""

    def limited(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _content_length(environ) <= max_bytes:
            return app(environ, start_response)
        start_response("413 Content Too Large", [("Content-Type", "application/json")])
        message = f"a request may have at most {max_bytes:,} bytes"
        return [f'{{"error": {{"code": "too_large", "message": "{message}"}}}}'.encode()]

    return limited


def _content_length(environ: Mapping[str, Any]) -> int:
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0


def _has_client_id(payload: Any) -> bool:
    return isinstance(payload, dict) and isinstance(payload.get("clientId"), str)
