"""Records go to bytes and back unchanged; ids grow; messages know their forms."""

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import SpanContext, TraceFlags

from challenge.errors import DamagedFile
from challenge.models import (
    MESSAGE_OVERHEAD_BYTES,
    ChatRoom,
    Message,
    MessageIds,
    Record,
    User,
    encode,
    now,
    parse,
)
from tests.conftest import a_message

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=5,
)
RECORDS = st.lists(st.dictionaries(st.text(), JSON_VALUES, max_size=4), max_size=4)


@given(RECORDS)
def test_records_come_back_as_they_were(records: list[Record]) -> None:
    assert parse(encode(records)) == records


@given(st.text())
def test_any_text_is_encoded_as_it_reads(content: str) -> None:
    (record,) = parse(encode([{"content": content}]))
    assert record["content"] == content


def test_files_are_readable_without_escapes() -> None:
    assert "새해 복 많이 받으세요 🎉".encode() in encode([{"content": "새해 복 많이 받으세요 🎉"}])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"[{]",
        b'[{"id": "1"}',
        b"null",
        b"7",
        b'"text"',
        b'{"id": "1"}',
        b"[7]",
        b'[{"id": "1"}, null]',
        b"[[]]",
        b"\xff\xfe\x00\x80",
        b'[{"id": "\xff"}]',
        b"[" * 200_000,
        b"[" + b"9" * 5_000 + b"]",
    ],
)
def test_bytes_that_are_no_array_of_records_are_damaged(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        parse(data)


def test_an_empty_array_is_no_damage() -> None:
    assert parse(b"[]") == []


@given(st.binary(max_size=50))
def test_any_bytes_are_records_or_damaged(data: bytes) -> None:
    try:
        records = parse(data)
    except DamagedFile:
        return
    assert all(isinstance(record, dict) for record in records)


def test_times_are_utc_with_milliseconds() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", now())
    assert now()[:16] in {
        time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() - ago_s)) for ago_s in (0, 1)
    }


def test_ids_are_unique_and_sort_in_the_order_of_their_making() -> None:
    ids = MessageIds()
    made = [ids.next() for _ in range(5_000)]
    assert made == sorted(set(made))
    assert {len(each) for each in made} == {16}


@given(st.lists(st.integers(0, 2**62), min_size=1))
def test_ids_grow_whatever_the_clock_does(clock_ns: list[int]) -> None:
    # given a clock that jumps, back too
    times = iter(clock_ns)
    ids = MessageIds(last="0000000000000abc")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: next(times))
        made = [ids.next() for _ in clock_ns]
    assert made == sorted(set(made))
    assert made[0] > "0000000000000abc"


def test_ids_of_a_folder_go_on_after_its_last() -> None:
    last = "7" + "f" * 15  # from a machine whose clock was far ahead
    ids = MessageIds(last)
    assert [ids.next(), ids.next()] == ["8" + "0" * 15, "8" + "0" * 14 + "1"]


def test_a_message_has_its_form_in_the_file_and_on_the_wire() -> None:
    message = Message(id="1", room_id="r", sender="minji", content="hello", client_id="c-1")
    facts = {
        "id": "1",
        "roomId": "r",
        "sender": "minji",
        "content": "hello",
        "timestamp": message.timestamp,
    }
    assert message.record("2026-12-31T23:59:59.999Z") == {
        **facts,
        "createdAt": "2026-12-31T23:59:59.999Z",
    }
    assert message.event() == {"type": "message", **facts, "clientId": "c-1"}
    assert message.reference() == {"id": "1", "clientId": "c-1"}
    assert message.created_at is None  # the form in the file does not make it stored


@pytest.mark.parametrize(("client_id", "known"), [(None, {}), ("c-1", {"clientId": "c-1"})])
def test_a_client_id_comes_back_only_if_it_was_given(
    client_id: str | None, known: dict[str, Any]
) -> None:
    message = Message(id="1", room_id="r", sender="minji", content="", client_id=client_id)
    assert message.reference() == {"id": "1", **known}
    assert "clientId" not in message.record("")


@pytest.mark.parametrize(
    ("trace_id", "flags", "told"),
    [
        (0xABC, TraceFlags.SAMPLED, {"traceId": "0" * 29 + "abc"}),
        (0xABC, TraceFlags.DEFAULT, {}),  # sampled out
        (0, TraceFlags.SAMPLED, {}),  # of no tracer
    ],
)
def test_a_message_tells_the_room_of_its_trace_if_that_is_kept(
    trace_id: int, flags: int, told: dict[str, str]
) -> None:
    message = a_message(1)
    before = message.event()
    message.span_context = SpanContext(trace_id, 1, is_remote=False, trace_flags=TraceFlags(flags))
    assert message.event() == {**before, **told}
    assert "traceId" not in before
    assert "traceId" not in message.record("")


@pytest.mark.parametrize(
    ("content", "content_bytes"), [("x", 1), ("새", 3), ("🎆" * 4_000, 16_000)]
)
def test_a_waiting_message_is_weighed_in_bytes(content: str, content_bytes: int) -> None:
    message = a_message(1, content)
    assert message.size_bytes == content_bytes + MESSAGE_OVERHEAD_BYTES
    # The overhead covers what stands in the file beside the content.
    written = len(encode([message.record(now())])) - content_bytes
    assert written < MESSAGE_OVERHEAD_BYTES


def test_a_message_tells_how_long_it_waited() -> None:
    message = a_message(1)
    message.accepted_s -= 10
    assert 10 <= message.waited_s < 11


def test_rooms_and_users_come_back_as_they_were() -> None:
    room = ChatRoom("r", "Party", ["minji", "alex"])
    assert ChatRoom.from_record(room.record()) == room
    user = User("minji", "hash")
    assert User.from_record(user.record()) == user


def test_a_room_made_of_a_record_has_members_of_its_own() -> None:
    record = {"roomId": "r", "name": "Party", "participants": ["minji"]}
    ChatRoom.from_record(record).participants.append("alex")
    assert record["participants"] == ["minji"]


def test_a_record_without_its_fields_is_no_room_and_no_user() -> None:
    with pytest.raises(KeyError, match="participants"):
        ChatRoom.from_record({"roomId": "r", "name": "Party"})
    with pytest.raises(KeyError, match="passwordHash"):
        User.from_record({"username": "minji"})
