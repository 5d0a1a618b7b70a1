"""An OTLP request in parts: all that protobuf allows is read, and what is too much is refused."""

import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from observability.trace_store.otlp_parts import (
    MAX_FIELDS,
    MAX_JSON_BYTES,
    MAX_JSON_VALUES,
    Scope,
    read_json,
    read_protobuf,
)
from observability.trace_store.records import MAX_SPAN_BYTES, BadPost
from tests.observability.trace_store.hostile_bodies import json_spans, message, varint

TWO_RESOURCES = [("one", ["a", "b"]), ("two", ["c"])]


def names(scopes: list[Scope]) -> list[tuple[str, str, list[str]]]:
    """Resource, scope and spans, by the names that `request` gives them."""
    return [
        (resource.attributes[0].value.string_value, scope.name, [span.name for span in spans])
        for resource, scope, spans in scopes
    ]


def request() -> ExportTraceServiceRequest:
    """A request of two resources, the first with two scopes."""
    made = ExportTraceServiceRequest()
    for resource, scopes in TWO_RESOURCES:
        resource_spans = made.resource_spans.add(schema_url="https://example.org")
        resource_spans.resource.attributes.add(key="name").value.string_value = resource
        for scope in scopes:
            scope_spans = resource_spans.scope_spans.add()
            scope_spans.scope.name = scope
            for number in (1, 2):
                scope_spans.spans.add(name=f"{scope}{number}")
    return made


def test_scopes_come_with_their_resource_and_spans() -> None:
    assert names(list(read_protobuf(request().SerializeToString()))) == [
        ("one", "a", ["a1", "a2"]),
        ("one", "b", ["b1", "b2"]),
        ("two", "c", ["c1", "c2"]),
    ]


def test_fields_may_come_in_any_order_and_in_pieces() -> None:
    # given what protobuf allows: spans before their scope, a scope in two pieces, unknown fields
    of_every_kind = b"\x78\x01" + b"\x79" + bytes(8) + b"\x7d" + bytes(4) + message(15, b"x")
    scope = message(1, message(1, b"name")) + message(1, message(2, b"version"))
    spans = message(2, message(5, b"work"))
    body = message(1, message(2, of_every_kind + spans + scope) + of_every_kind) + of_every_kind

    # when it is read
    ((_, read_scope, read_spans),) = read_protobuf(body)

    # then it is whole
    assert (read_scope.name, read_scope.version) == ("name", "version")
    assert [span.name for span in read_spans] == ["work"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x0a", "a number without end"),
        (b"\xff" * 20, "a number without end"),
        (b"\x0b", "unknown kind 3"),
        (b"\x0a" + varint(2**60), "cut off"),
        (message(1, b"\x12\x05abc"), "cut off"),
        (b"\x79abc", "cut off"),
        (message(1, b"") * (MAX_FIELDS + 1), f"more than {MAX_FIELDS} spans and fields"),
        (message(1, message(1, bytes(MAX_SPAN_BYTES + 1))), f"longer than {MAX_SPAN_BYTES} bytes"),
    ],
)
def test_what_is_no_request_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(BadPost, match=reason):
        names([(r, s, iter(list(spans))) for r, s, spans in read_protobuf(body)])


def test_nothing_in_json_is_the_same_as_null() -> None:
    body = (
        b'{"resourceSpans": [{"resource": null, "scopeSpans": [{"scope": null, "spans": null}]}]}'
    )

    ((resource, scope, spans),) = read_json(body)

    assert (len(resource.attributes), scope.name, list(spans)) == (0, "", [])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (json_spans("{}", MAX_JSON_VALUES), "post fewer spans at once"),
        (b" " * (MAX_JSON_BYTES + 1), "post fewer spans at once"),
        (json_spans(json.dumps({"name": "n" * MAX_SPAN_BYTES}), 1), "longer than"),
        (json_spans('{"links": 7}', 1), "not OTLP in JSON"),
        (json_spans("[]", 1), "not OTLP in JSON"),
    ],
)
def test_json_that_is_too_much_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(BadPost, match=reason):
        for _, _, spans in read_json(body):
            list(spans)
