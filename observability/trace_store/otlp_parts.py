"""An OTLP export request in parts: what made the spans, and the spans, one after the other.

Read as a whole a request may take a hundred times the memory of its body, as an empty list element
of two bytes becomes an object. So the outer layers of a protobuf message are walked here, and only
its innermost parts, of MAX_SPAN_BYTES at most, are left to the protobuf package. JSON has to be
read whole, and is bounded more tightly. A body that is cut off is noticed when its end is reached.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any, TypeVar

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from observability.trace_store.records import MAX_SPAN_BYTES, BadPost

# Of the outer layers, with two for each span; exporters send 512 spans at most.
MAX_FIELDS = 100_000
# 512 spans have about 1 MB and 50,000 values. A value takes 120 bytes of memory at most.
MAX_JSON_BYTES = 2 * 1024 * 1024
MAX_JSON_VALUES = 150_000

# The numbers of fields: in a request, in its resource_spans, in their scope_spans.
RESOURCE_SPANS = 1
RESOURCE, SCOPE_SPANS = 1, 2
SCOPE, SPANS = 1, 2
VARINT, WITH_LENGTH = 0, 2  # what a field's key says of its value
FIXED_BYTES = {1: 8, 5: 4}
VARINT_BYTES = 10  # at most

Part = TypeVar("Part", bound=Message)
Scope = tuple[Resource, InstrumentationScope, Iterator[Span]]


def read_protobuf(body: bytes) -> Iterator[Scope]:
    """Each scope of a request with its resource and its spans, which are read as they are taken.

    Raises BadPost where the body is no request.
    """
    message = _Message(body)
    for within_resource in message.parts(RESOURCE_SPANS, (0, len(body))):
        resource = message.merged(Resource, RESOURCE, within_resource)
        for within_scope in message.parts(SCOPE_SPANS, within_resource):
            scope = message.merged(InstrumentationScope, SCOPE, within_scope)
            spans = (message.read(Span, at) for at in message.parts(SPANS, within_scope))
            yield resource, scope, spans


def read_json(body: bytes) -> Iterator[Scope]:
    """The same for a request in JSON."""
    values = sum(body.count(mark) for mark in (b"{", b"[", b","))
    if len(body) > MAX_JSON_BYTES or values > MAX_JSON_VALUES:
        raise BadPost(
            f"OTLP in JSON of {len(body)} bytes and {values} values, "
            f"of at most {MAX_JSON_BYTES} and {MAX_JSON_VALUES}: post fewer spans at once"
        )
    try:
        for within_resource in json.loads(body).get("resourceSpans") or ():
            resource = _from_json(Resource, within_resource.get("resource"))
            for within_scope in within_resource.get("scopeSpans") or ():
                scope = _from_json(InstrumentationScope, within_scope.get("scope"))
                yield resource, scope, map(_span_from_json, within_scope.get("spans") or ())
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadPost(f"not OTLP in JSON: {error}") from error


class _Message:
    """A protobuf message whose parts are found without reading them; a part is (start, end)."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._fields_left = MAX_FIELDS

    def parts(self, wanted: int, within: tuple[int, int]) -> Iterator[tuple[int, int]]:
        """The messages in the fields numbered `wanted` of the message in `within`."""
        at, end = within
        while at < end:
            self._fields_left -= 1
            if self._fields_left < 0:
                raise BadPost(f"more than {MAX_FIELDS} spans and fields in one post")
            key, at = self._varint(at)
            number, kind = key >> 3, key & 7
            start = at
            if kind == WITH_LENGTH:
                size, start = self._varint(at)
                at = start + size
            elif kind == VARINT:
                _, at = self._varint(at)
            elif kind in FIXED_BYTES:
                at += FIXED_BYTES[kind]
            else:
                raise BadPost(f"not OTLP in protobuf: a field of the unknown kind {kind}")
            if at > end:
                raise BadPost("not OTLP in protobuf: it is cut off")
            if (number, kind) == (wanted, WITH_LENGTH):
                yield start, at

    def read(self, kind: type[Part], part: tuple[int, int]) -> Part:
        """One part, as a message of its kind."""
        return _from_protobuf(kind, self._body[slice(*part)])

    def merged(self, kind: type[Part], number: int, within: tuple[int, int]) -> Part:
        """The one message in a field; protobuf lets it come in several pieces, to be joined."""
        pieces = [self._body[slice(*part)] for part in self.parts(number, within)]
        return _from_protobuf(kind, b"".join(pieces))

    def _varint(self, at: int) -> tuple[int, int]:
        """The number at a place, of 7 bits in each byte, and the place after it."""
        number = 0
        for place, byte in enumerate(self._body[at : at + VARINT_BYTES]):
            number |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                return number, at + place + 1
        raise BadPost("not OTLP in protobuf: a number without end")


def _from_protobuf(kind: type[Part], part: bytes) -> Part:
    if len(part) > MAX_SPAN_BYTES:
        raise BadPost(f"a span or resource is longer than {MAX_SPAN_BYTES} bytes")
    message = kind()
    try:
        message.ParseFromString(part)
    except DecodeError as error:
        raise BadPost(f"not OTLP in protobuf: {error}") from error
    return message


def _from_json(kind: type[Part], document: Any) -> Part:
    try:
        message = ParseDict(document or {}, kind(), ignore_unknown_fields=True)
    except (ParseError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadPost(f"not OTLP in JSON: {error}") from error
    if message.ByteSize() > MAX_SPAN_BYTES:
        raise BadPost(f"a span or resource is longer than {MAX_SPAN_BYTES} bytes")
    return message


def _span_from_json(document: Any) -> Span:
    """OTLP writes ids as hex where JSON for protobuf has base64: make it the latter."""
    try:
        for holder in (document, *(document.get("links") or ())):
            for key in ("traceId", "spanId", "parentSpanId"):
                if holder.get(key):
                    holder[key] = base64.b64encode(bytes.fromhex(holder[key])).decode()
    except (ValueError, TypeError, AttributeError) as error:
        raise BadPost(f"not OTLP in JSON: {error}") from error
    return _from_json(Span, document)
