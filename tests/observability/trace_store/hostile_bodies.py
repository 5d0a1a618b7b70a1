"""Bodies that ask a trace store for more than they are worth; small ones that stand for large."""

import gzip
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

POSTED = Path(__file__).parents[1] / "jaeger" / "requests"
THRIFT = (POSTED / "0-thrift.bin").read_bytes()
OTLP = (POSTED / "1-otlp.bin").read_bytes()
MEGABYTE = 1_000_000
BIGGEST = 2**31 - 1

# Thrift's types, and a process without a name, which has to come before the spans.
BOOL, STRING, STRUCT, MAP, LIST = 2, 11, 12, 13, 15
UNKNOWN_FIELD = 99


def field(kind: int, number: int) -> bytes:
    """The head of a Thrift field."""
    return struct.pack("!bh", kind, number)


def elements(kind: int, size: int) -> bytes:
    """The head of a Thrift list."""
    return struct.pack("!bi", kind, size)


PROCESS = field(STRUCT, 1) + field(STRING, 1) + struct.pack("!i", 0) + b"\x00"
SPANS = PROCESS + field(LIST, 2)
ONE_SPAN = SPANS + elements(STRUCT, 1)


def message(number: int, content: bytes) -> bytes:
    """A message within a protobuf message."""
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def varint(number: int) -> bytes:
    """A number as protobuf writes it."""
    digits = []
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*digits, number])


def small_spans(number: int) -> bytes:
    """An OTLP request with so many spans, each a trace of its own."""
    spans = (
        message(2, message(1, trace.to_bytes(16)) + message(2, trace.to_bytes(8)))
        for trace in range(1, number + 1)
    )
    return message(1, message(2, b"".join(spans)))


def swelling_texts(number: int) -> bytes:
    """An OTLP request with spans whose names take 24 times their size as JSON in Python."""
    name = b"\x00" * 120_000 + "\N{PARTY POPPER}".encode()
    spans = (
        message(2, message(1, trace.to_bytes(16)) + message(2, b"\x01" * 8) + message(5, name))
        for trace in range(1, number + 1)
    )
    return message(1, message(2, b"".join(spans)))


def in_span(content: bytes) -> bytes:
    """An OTLP request with one span, which has ids and `content`."""
    ids = message(1, b"\x01" * 16) + message(2, b"\x01" * 8)
    return message(1, message(2, message(2, ids + content)))


def deep_value(depth: int) -> bytes:
    """An OTLP value that is a list of a list of a list."""
    value = b""
    for _ in range(depth):
        value = message(5, message(1, value))
    return value


def json_value(depth: int) -> bytes:
    """An OTLP request in JSON whose one span has a list of lists of lists as an attribute."""
    value = '{"arrayValue":{"values":[' * depth + "]}}" * depth
    span = f'{{"attributes":[{{"key":"a","value":{value}}}]}}'
    return f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}'.encode()


def json_spans(text: str, times: int) -> bytes:
    """An OTLP request in JSON with so many times the same span."""
    spans = ",".join([text] * times)
    return f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}'.encode()


@dataclass(frozen=True)
class Case:
    """A body, made when it is needed, and how Jaeger 1.76 answers it, or we: see intake_app."""

    name: str
    kind: str  # of the content
    make: Callable[[], bytes]
    status: int = 400
    encoding: str = "identity"


THRIFT_CASES = [
    ("2 billion spans", lambda: SPANS + elements(STRUCT, BIGGEST)),
    ("-1 spans", lambda: SPANS + elements(STRUCT, -1)),
    ("7 million empty spans", lambda: SPANS + elements(STRUCT, 7_000_000) + bytes(7_000_000)),
    ("2 billion tags", lambda: ONE_SPAN + field(LIST, 10) + elements(STRUCT, BIGGEST)),
    ("empty tags", lambda: ONE_SPAN + field(LIST, 10) + elements(STRUCT, 131_000) + bytes(200_000)),
    ("a name of 2 GB", lambda: ONE_SPAN + field(STRING, 5) + struct.pack("!i", BIGGEST)),
    (
        "a name of 7 MB",
        lambda: ONE_SPAN + field(STRING, 5) + struct.pack("!i", 7 * MEGABYTE) + bytes(7 * MEGABYTE),
    ),
    ("structs in structs", lambda: field(STRUCT, UNKNOWN_FIELD) * MEGABYTE),
    ("lists in lists", lambda: field(LIST, UNKNOWN_FIELD) + elements(LIST, 1) * MEGABYTE),
    (
        "maps in maps",
        lambda: field(MAP, UNKNOWN_FIELD) + struct.pack("!bbi", MAP, MAP, 1) * MEGABYTE,
    ),
    ("2 billion bools", lambda: field(LIST, UNKNOWN_FIELD) + elements(BOOL, BIGGEST)),
    (
        "7 million bools",
        lambda: field(LIST, UNKNOWN_FIELD) + elements(BOOL, 7_000_000) + bytes(7_000_000),
    ),
    ("cut off", lambda: THRIFT[:-9]),
]
PROTOBUF_CASES = [
    ("3 million empty resources", lambda: message(1, b"") * 3_000_000),
    ("3 million empty scopes", lambda: message(1, message(2, b"") * 3_000_000)),
    ("3 million empty spans", lambda: message(1, message(2, message(2, b"") * 3_000_000))),
    ("half a million empty links", lambda: in_span(message(13, b"") * 500_000)),
    ("60,000 empty links", lambda: in_span(message(13, b"") * 60_000)),
    ("60,000 empty events", lambda: in_span(message(11, b"") * 60_000)),
    ("a name of 7 MB", lambda: in_span(message(5, bytes(7 * MEGABYTE)))),
    ("a length of 2**63", lambda: b"\x0a" + varint(2**63)),
    ("a number without end", lambda: b"\xff" * MEGABYTE),
    ("values in values", lambda: in_span(message(9, message(2, deep_value(10_000))))),
    ("unknown fields", lambda: b"\x78\x01" * 3_000_000),
    ("cut off", lambda: OTLP[:-9]),
]
JSON_CASES = [
    ("lists in lists", lambda: b"[" * MEGABYTE),
    ("objects in objects", lambda: b'{"a":' * MEGABYTE),
    ("values in values", lambda: json_value(10_000)),
    ("2 million empty spans", lambda: json_spans("{}", 2_000_000)),
    ("70,000 empty spans", lambda: json_spans("{}", 70_000)),
    ("70,000 empty links", lambda: json_spans(json.dumps({"links": [{}] * 70_000}), 1)),
    ("a name of 7 MB", lambda: json_spans(json.dumps({"name": "n" * 7 * MEGABYTE}), 1)),
    ("a long number", lambda: json_spans('{"kind":' + "9" * MEGABYTE + "}", 1)),
]
BOMBS = [
    ("a gzip bomb", "gzip", lambda: gzip.compress(bytes(100 * MEGABYTE), 1)),
    ("a deflate bomb", "deflate", lambda: zlib.compress(bytes(100 * MEGABYTE), 1)),
    (
        "a bomb in a bomb",
        "gzip",
        lambda: gzip.compress(gzip.compress(bytes(100 * MEGABYTE), 1)),
    ),
    (
        "packed empty spans",
        "gzip",
        lambda: gzip.compress(message(1, message(2, message(2, b"") * 3_000_000)), 1),
    ),
    ("another encoding", "br", lambda: OTLP),
]
TOO_LARGE_UNPACKED = ("a gzip bomb", "a deflate bomb")
THRIFT_TYPE = "application/x-thrift"
PROTOBUF_TYPE = "application/x-protobuf"
JSON_TYPE = "application/json"
CASES = [
    *(Case(name, THRIFT_TYPE, make) for name, make in THRIFT_CASES),
    *(Case(name, PROTOBUF_TYPE, make) for name, make in PROTOBUF_CASES),
    *(Case(name, JSON_TYPE, make) for name, make in JSON_CASES),
    *(
        Case(name, kind, make, status, encoding)
        for name, encoding, make in BOMBS
        for kind, status in (
            (THRIFT_TYPE, 500 if name in TOO_LARGE_UNPACKED else 400),
            (PROTOBUF_TYPE, 400),
        )
    ),
    Case("a picture", "image/png", lambda: bytes(MEGABYTE), status=415),
]
# They are what they say, only large: taken, and no dearer.
LARGE_CASES = [
    Case("30,000 small spans", PROTOBUF_TYPE, lambda: small_spans(30_000), status=200),
    Case("texts that swell", PROTOBUF_TYPE, lambda: swelling_texts(60), status=200),
]
