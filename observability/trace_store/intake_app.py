"""The two addresses that take posts, answered as Jaeger answers: Thrift, and OTLP over HTTP.

The price of a store that stays small: well-formed OTLP that is large only to be large (millions of
empty spans, thousands of values in values, a name of megabytes) Jaeger 1.76 takes; here it is
refused with status 400.
"""

import logging
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from flask import Flask, Request, Response, request
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.rpc.code_pb2 import INTERNAL, INVALID_ARGUMENT
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from observability.trace_store.otlp_intake import read_otlp
from observability.trace_store.records import BadPost, SpanRecord, TooLarge
from observability.trace_store.store import Store
from observability.trace_store.thrift_intake import read_thrift

# Exporters send 512 spans at once, about 600 kB. A body is in memory whole, and as it was packed.
MAX_BODY_BYTES = 8 * 1024 * 1024
THRIFT_TYPES = ("application/x-thrift", "application/vnd.apache.thrift.binary")
JSON_TYPE = "application/json"
PROTOBUF_TYPE = "application/x-protobuf"
PLAIN_TYPE = "text/plain; charset=utf-8"
BAD_REQUEST = 400
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS

log = logging.getLogger(__name__)


def create_thrift_app(store: Store) -> Flask:
    """The collector's address: POST /api/traces takes a batch and answers 202 without a body."""
    app = _app(store)

    @app.route("/api/traces", methods=["GET", "POST"], provide_automatic_options=False)
    def take() -> Response:
        if request.method != "POST":
            return _without_body(405)
        if request.mimetype not in THRIFT_TYPES:
            return _refused(f"Unsupported content type: {request.mimetype}", 400)
        try:
            store.add(_spans(request, read_thrift))
        except BadPost as error:
            status = 500 if isinstance(error, TooLarge) else 400
            return _refused(f"Unable to process request body: {error}", status)
        except sqlite3.Error as error:
            log.error("a post is lost: %s", error)
            return _refused(f"Cannot submit Jaeger batch: {error}", 500)
        return _without_body(202)

    return app


def create_otlp_app(store: Store) -> Flask:
    """OTLP over HTTP: POST /v1/traces takes protobuf or JSON and answers in the same form."""
    app = _app(store)

    @app.route("/v1/traces", methods=["GET", "POST"], provide_automatic_options=False)
    def take() -> Response:
        if request.method != "POST":
            return _plain("405 method not allowed, supported: [POST]", 405)
        if request.mimetype not in (JSON_TYPE, PROTOBUF_TYPE):
            supported = f"[{JSON_TYPE}, {PROTOBUF_TYPE}]"
            return _plain(f"415 unsupported media type, supported: {supported}", 415)
        try:
            is_json = request.mimetype == JSON_TYPE
            store.add(_spans(request, partial(read_otlp, is_json=is_json)))
        except BadPost as error:
            return _message(Status(code=INVALID_ARGUMENT, message=str(error)), 400)
        except sqlite3.Error as error:
            log.error("a post is lost: %s", error)
            return _message(Status(code=INTERNAL, message=str(error)), 500)
        taken_whole = ExportTracePartialSuccess()
        return _message(ExportTraceServiceResponse(partial_success=taken_whole), 200)

    return app


def _app(store: Store) -> Flask:
    """An application that counts the posts it refuses."""
    app = Flask(__name__, static_folder=None)

    @app.after_request
    def count(response: Response) -> Response:
        if request.method == "POST" and response.status_code >= BAD_REQUEST:
            store.count_refused_post()
        return response

    return app


def _spans(posted: Request, read: Callable[[bytes], Iterator[SpanRecord]]) -> Iterator[SpanRecord]:
    """The spans of a post. Nothing is read before they are asked for, by the store's thread."""
    encoding = posted.headers.get("Content-Encoding", "identity")
    return _read(posted.stream, encoding, read)


def _read(
    stream: IO[bytes], encoding: str, read: Callable[[bytes], Iterator[SpanRecord]]
) -> Iterator[SpanRecord]:
    body = stream.read()
    yield from read(body if encoding == "identity" else _unpacked(body))


def _unpacked(body: bytes) -> bytes:
    """What is packed in a body, of at most MAX_BODY_BYTES."""
    unpacker = zlib.decompressobj(wbits=GZIP_OR_ZLIB)
    try:
        unpacked = unpacker.decompress(body, MAX_BODY_BYTES)
    except zlib.error as error:
        raise BadPost(f"the body is not gzip: {error}") from error
    if not unpacker.eof:
        raise TooLarge if len(unpacked) == MAX_BODY_BYTES else BadPost("the body is cut off")
    if unpacker.unused_data:
        raise BadPost("something follows where the packed body ends")
    return unpacked


def _without_body(status: int) -> Response:
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def _refused(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, content_type=PLAIN_TYPE)


def _plain(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/plain")


def _message(message: Message, status: int) -> Response:
    """A protobuf message in the form that the poster speaks."""
    if request.mimetype == JSON_TYPE:
        return Response(MessageToJson(message, indent=None), status, content_type=JSON_TYPE)
    return Response(message.SerializeToString(), status, content_type=PROTOBUF_TYPE)
