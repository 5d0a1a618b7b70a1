"""Polling requests are taken whole or refused whole, before Engine.IO sees them.

Engine.IO drops what it cannot read and answers 200; its client believes that all has arrived. Some
packets make it wait for a client that may never come back. The price of looking first: each of
these requests is decoded twice, for some microseconds a packet.
"""

import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from engineio.packet import CLOSE, MESSAGE, PONG, UPGRADE
from engineio.payload import Payload
from engineio.socket import Socket

from .errors import BadJson, ChatError, ShuttingDown, TooLarge

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PATH = "/socket.io/"
FROM_CLIENTS = (CLOSE, PONG, MESSAGE, UPGRADE)
UNREADABLE = BadJson("the packets of this request cannot be read; none of them was taken")


def guard_polling(app: WSGIApp, clients: Mapping[str, Socket], max_bytes: int) -> WSGIApp:
    """Pass on what Engine.IO can handle to the end; `clients` are its own, by session id."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].startswith(PATH):
                environ["wsgi.input"] = io.BytesIO(_body(environ, clients, max_bytes))
        except ChatError as error:
            start_response(f"{error.status} Refused", [("Content-Type", "application/json")])
            return [json.dumps({"error": error.answer()}).encode()]
        return app(environ, start_response)

    return guarded


def _body(environ: dict[str, Any], clients: Mapping[str, Socket], max_bytes: int) -> bytes:
    """What the client sent, if Engine.IO can handle all of it; raises ChatError if not."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        raise BadJson("send a request in one piece, with its Content-Length")
    if int(length) > max_bytes:
        raise TooLarge.over(max_bytes)
    body: bytes = environ["wsgi.input"].read(int(length))
    try:
        packets = Payload(encoded_payload=body.decode()).packets
    except Exception:  # whatever the decoder trips over
        raise UNREADABLE from None
    kinds = [packet.packet_type for packet in packets]
    if len(body) < int(length) or any(kind not in FROM_CLIENTS for kind in kinds):
        raise UNREADABLE
    if CLOSE in kinds[:-1]:
        raise BadJson("nothing may follow a closing packet; none of them was taken")
    (sid,) = parse_qs(environ.get("QUERY_STRING", "")).get("sid", [""])[:1]
    if sid in clients and clients[sid].closing:
        raise ShuttingDown("this connection is being closed; connect again")
    return body
