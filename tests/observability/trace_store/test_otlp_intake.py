"""OTLP: protobuf and JSON give the same records; values of every kind; what is refused."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

from observability.trace_store.otlp_intake import read_otlp
from observability.trace_store.records import BadPost

POSTED = (Path(__file__).parents[1] / "jaeger" / "requests" / "1-otlp.bin").read_bytes()
TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def as_json(body: bytes) -> bytes:
    """The same export request as OTLP writes it in JSON: ids in hex."""
    request = ExportTraceServiceRequest()
    request.ParseFromString(body)
    document = MessageToDict(request)
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    for holder in [*spans, *(link for span in spans for link in span.get("links", ()))]:
        for key in ("traceId", "spanId", "parentSpanId"):
            if key in holder:
                holder[key] = base64.b64decode(holder[key]).hex()
    return json.dumps(document).encode()


def one_span(**changes: Any) -> bytes:
    """An export request in JSON with one span, of which a test says only what matters to it."""
    span = {"traceId": TRACE_ID, "spanId": SPAN_ID, "name": "work"} | changes
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()


def test_the_exporters_post_is_read() -> None:
    spans = list(read_otlp(POSTED, is_json=False))

    assert len(spans) == 14
    assert {span.process.service for span in spans} == {"chat-solution"}
    assert '"service.version"' in spans[0].process.text
    (flush,) = [span for span in spans if span.operation == "message_processor.flush_messages"]
    assert [r["refType"] for r in json.loads(flush.text)["references"]] == ["FOLLOWS_FROM"] * 3


def test_json_and_protobuf_say_the_same() -> None:
    assert list(read_otlp(as_json(POSTED), is_json=True)) == list(read_otlp(POSTED, is_json=False))


def test_an_empty_request_has_no_spans() -> None:
    assert list(read_otlp(b"", is_json=False)) == []
    assert list(read_otlp(b"{}", is_json=True)) == []


def test_values_of_every_kind_become_flat_tags() -> None:
    # given a span with one attribute of each kind
    text, number = AnyValue(string_value="a"), AnyValue(int_value=2)
    values = {
        "text": text,
        "yes": AnyValue(bool_value=True),
        "whole": number,
        "part": AnyValue(double_value=0.5),
        "bytes": AnyValue(bytes_value=b"\xff"),
        "list": AnyValue(
            array_value=ArrayValue(values=[text, number, AnyValue(bytes_value=b"\xff")])
        ),
        "map": AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="k", value=text)])),
        "nothing": AnyValue(),
    }
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(
        trace_id=bytes.fromhex(TRACE_ID),
        span_id=bytes.fromhex(SPAN_ID),
        attributes=[KeyValue(key=key, value=value) for key, value in values.items()],
    )

    # when it is read
    (span,) = read_otlp(request.SerializeToString(), is_json=False)

    # then each is a tag, and what has parts is their JSON
    tags = {tag["key"]: (tag["type"], tag["value"]) for tag in json.loads(span.text)["tags"]}
    assert tags == {
        "text": ("string", "a"),
        "yes": ("bool", True),
        "whole": ("int64", 2),
        "part": ("float64", 0.5),
        "bytes": ("binary", "/w=="),
        "list": ("string", '["a",2,"/w=="]'),
        "map": ("string", '{"k":"a"}'),
        "nothing": ("string", ""),
    }


def test_a_span_without_a_service_gets_jaegers_name_for_it() -> None:
    (span,) = read_otlp(one_span(), is_json=True)

    assert span.process.service == "missing-service-name"


@pytest.mark.parametrize(
    ("body", "is_json", "reason"),
    [
        (b"\xff\xff\xff", False, "protobuf"),
        (POSTED[:-7], False, "protobuf"),
        (b"{", True, "JSON"),
        (b"[]", True, "JSON"),
        (b'{"resourceSpans": 7}', True, "JSON"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": ["x"]}]}]}', True, "JSON"),
        (b"[" * 100_000, True, "JSON"),
        (b"\xff", True, "JSON"),
        (one_span(name="\ud800"), True, "JSON"),
        (one_span(traceId="xyz"), True, "JSON"),
        (one_span(traceId="00"), True, "trace id must be 16 bytes"),
        (one_span(traceId="0" * 32), True, "trace id must be 16 bytes"),
        (one_span(spanId=""), True, "span id must be 8 bytes"),
        (one_span(spanId=SPAN_ID, links=[{}] * 10_001), True, "more than 10000 links and events"),
    ],
)
def test_what_is_no_export_request_is_refused(body: bytes, is_json: bool, reason: str) -> None:
    with pytest.raises(BadPost, match=reason):
        list(read_otlp(body, is_json))
