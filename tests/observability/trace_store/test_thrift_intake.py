"""Thrift: what the exporter posts is read, and what cannot be read is refused in bounded time."""

import json
import struct
from pathlib import Path

import pytest

from observability.trace_store.records import BadPost
from observability.trace_store.thrift_intake import read_thrift

POSTED = (Path(__file__).parents[1] / "jaeger" / "requests" / "0-thrift.bin").read_bytes()
STRUCT, LIST, STRING = 12, 15, 11


def field(kind: int, number: int) -> bytes:
    """The head of a Thrift field."""
    return struct.pack("!bh", kind, number)


ONE_SPAN = field(LIST, 2) + struct.pack("!bi", STRUCT, 1)
TAGS = field(LIST, 2) + struct.pack("!bi", STRUCT, 1) + b"\x00"


def test_the_exporters_post_is_read() -> None:
    spans = list(read_thrift(POSTED))

    assert len(spans) == 14
    assert {span.process.service for span in spans} == {"chat-challenge"}
    (failed,) = [
        span for span in spans if '{"key":"error","type":"bool","value":true}' in span.text
    ]
    assert failed.operation == "database.create_message"
    assert failed.start_us == 1795305600201000
    assert failed.duration_us == 29000
    assert failed.kind == "internal"
    (log,) = json.loads(failed.text)["logs"]
    assert {"key": "message", "type": "string", "value": "exception"} in log["fields"]


def test_ids_with_the_highest_bit_set_stay_positive() -> None:
    # Thrift's integers have a sign; this trace's upper half came as -2024642348808844116.
    assert "e3e70682c2094cac629f6fbed82c07cd" in {span.trace_id for span in read_thrift(POSTED)}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "EOF"),
        (b"not thrift at all", "Unknown data type 110"),
        (POSTED[:3000], "EOF"),
        (b"\x00", "process is unset"),
        (field(STRUCT, 1) + b"\x00\x00", "spans is unset"),
        (field(LIST, 2) + struct.pack("!bi", STRUCT, 1) + b"\x00\x00", "comes after the spans"),
        (field(STRUCT, 1) + b"\x00" + ONE_SPAN + b"\x00\x00", "Required field .* is unset"),
        (field(STRUCT, 1) + TAGS + b"\x00\x00", "missing or of a wrong type"),
        (field(LIST, 2) + struct.pack("!bi", STRUCT, 2**31 - 1), "less is there"),
        (field(LIST, 2) + struct.pack("!bi", STRUCT, -1), "Negative length: -1"),
        (field(STRING, 9) + struct.pack("!i", 2**31 - 1), "less is there"),
        (field(STRUCT, 9) * 10_000, "depth"),
        (field(STRUCT, 1) + field(STRING, 1) + b"\x00\x00\x00\x02\xff\xfe\x00\x00", "utf-8"),
    ],
    ids=[
        "empty",
        "text",
        "cut off",
        "nothing",
        "no spans",
        "no process",
        "an empty span",
        "an empty tag",
        "a list of 2 billion",
        "a list of -1",
        "a text of 2 GB",
        "10,000 deep",
        "not UTF-8",
    ],
)
def test_what_is_no_batch_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(BadPost, match=reason):
        list(read_thrift(body))
