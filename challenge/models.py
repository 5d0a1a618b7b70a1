"""Users, rooms and messages: in Python's spelling inside, in JSON's on the wire and on disk."""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from opentelemetry.trace import INVALID_SPAN_CONTEXT, SpanContext, format_trace_id

from .errors import DamagedFile

Record = dict[str, Any]

# What a message takes in memory and on disk beside its content: ids, times and field names.
MESSAGE_OVERHEAD_BYTES = 250


def now() -> str:
    """The time in UTC, as ``2026-12-31T23:59:59.123Z``."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode(records: list[Record]) -> bytes:
    """The bytes of a file that holds these records."""
    return json.dumps(records, ensure_ascii=False).encode()


def parse(data: bytes) -> list[Record]:
    """The records of a file's bytes; raises DamagedFile if they are no JSON array of objects."""
    try:
        records = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedFile(f"not JSON: {error}") from None
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise DamagedFile("not a JSON array of objects")
    return records


class MessageIds:
    """Ids that are unique in a data folder and sort in the order in which they were given.

    An id is the microsecond of its making, or the next free one, in 16 hexadecimal digits. Ids
    that sort let the history find a message's file without an index of all messages. The price:
    they tell when a message was accepted. The alternative, random ids, needs that index.
    """

    def __init__(self, last: str = "") -> None:
        self._last = int(last, 16) if last else 0

    def next(self) -> str:
        """A new id, greater than all before."""
        self._last = max(time.time_ns() // 1000, self._last + 1)
        return f"{self._last:016x}"


@dataclass(slots=True, eq=False)
class Message:
    """One message on its way from its sender to the disk and to the room."""

    id: str
    room_id: str
    sender: str
    content: str
    client_id: str | None = None
    timestamp: str = field(default_factory=now)  # accepted
    created_at: str | None = None  # written; None until then
    accepted_s: float = field(default_factory=time.perf_counter)
    span_context: SpanContext = INVALID_SPAN_CONTEXT  # of the send_message that accepted it

    @property
    def size_bytes(self) -> int:
        """About what it takes while it waits."""
        return len(self.content.encode()) + MESSAGE_OVERHEAD_BYTES

    @property
    def waited_s(self) -> float:
        """Seconds since it was accepted."""
        return time.perf_counter() - self.accepted_s

    @property
    def trace_id(self) -> str | None:
        """The id of its trace in 32 hexadecimal digits; None if no trace of it is kept."""
        context = self.span_context
        is_kept = context.is_valid and context.trace_flags.sampled
        return format_trace_id(context.trace_id) if is_kept else None

    def record(self, created_at: str) -> Record:
        """The message as it stands in its file."""
        return {
            "id": self.id,
            "roomId": self.room_id,
            "sender": self.sender,
            "content": self.content,
            "timestamp": self.timestamp,
            "createdAt": created_at,
        }

    def event(self) -> Record:
        """The message as the members of its room get it: `traceId` leads to its trace, if kept."""
        event = {
            "type": "message",
            "id": self.id,
            "roomId": self.room_id,
            "sender": self.sender,
            "content": self.content,
            "timestamp": self.timestamp,
        }
        if trace_id := self.trace_id:
            event["traceId"] = trace_id
        return {**event, **self.reference()}

    def reference(self) -> Record:
        """What its sender knows it by: the id, and the client's own if it gave one."""
        known = {"id": self.id}
        return known if self.client_id is None else {**known, "clientId": self.client_id}


@dataclass(slots=True)
class ChatRoom:
    """A room and its members, the creator first."""

    room_id: str
    name: str
    participants: list[str]

    def record(self) -> Record:
        """The room as it stands in its file and as its members see it."""
        return {"roomId": self.room_id, "name": self.name, "participants": self.participants}

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """The room of a record; raises KeyError if it is none."""
        return cls(record["roomId"], record["name"], list(record["participants"]))


@dataclass(frozen=True, slots=True)
class User:
    """A user and the hash of their password."""

    username: str
    password_hash: str

    def record(self) -> Record:
        """The user as they stand in their file."""
        return {"username": self.username, "passwordHash": self.password_hash}

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """The user of a record; raises KeyError if it is none."""
        return cls(record["username"], record["passwordHash"])
