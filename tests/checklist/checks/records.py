"""What may be wrong with stored records, and with the history that is made of them, in words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tests.checklist.scenarios.history import Reading
from tests.checklist.scenarios.stored import Record
from tests.checklist.scenarios.writers import Sent

FIELDS = ("id", "roomId", "sender", "content", "timestamp", "createdAt")
SHOWN_FIELDS = FIELDS[:-1]  # of a message in a history
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MOST_SHOWN = 3  # faults that are told one by one
SHOWN_CHARACTERS = 40


def some(faults: Sequence[str]) -> str:
    """The first of many faults, equal ones once, and how many there are; "" for none."""
    shown = list(dict.fromkeys(faults))[:MOST_SHOWN]
    more = f" ({len(faults)} in all)" if len(faults) > len(shown) else ""
    return "; ".join(shown) + more


def field_faults(sent: Sent, record: Record) -> Iterator[str]:
    """Fields that are missing, too many, or not as they were sent."""
    missing = [field for field in FIELDS if not isinstance(record.get(field), str)]
    if missing:
        yield f"without {' and '.join(missing)}"
    if more := sorted(record.keys() - set(FIELDS)):
        yield f"with {', '.join(more)[:SHOWN_CHARACTERS]}"
    as_sent = {"roomId": sent.room_id, "sender": sent.sender, "content": sent.content}
    for field, value in as_sent.items():
        if field not in missing and record[field] != value:
            yield f"{field} not as it was sent"


def time_faults(sent: Sent, record: Record, tolerance_ms: float) -> Iterator[str]:
    """Times in another form, or in an order in which they cannot have been."""
    try:
        accepted_ms, created_ms = (
            _since_1970_ms(str(record[name])) for name in ("timestamp", "createdAt")
        )
    except ValueError as error:
        yield str(error)
        return
    moments = {
        "timestamp before it was sent": (sent.sent_ms, accepted_ms),
        "timestamp after its acknowledgement": (accepted_ms, sent.acknowledged_ms),
        "createdAt before timestamp": (accepted_ms, created_ms),
        "createdAt after it was shown": (created_ms, sent.shown_ms),
    }
    for fault, (first_ms, then_ms) in moments.items():
        if first_ms is not None and then_ms is not None and first_ms > then_ms + tolerance_ms:
            yield fault


def reading_faults(reading: Reading) -> Iterator[str]:
    """Where a history is another one than its files hold."""
    stored = _shown(reading.stored)
    if reading.problem:
        yield f"{reading.when}: {reading.problem}"
        return
    for direction, given in (("before", reading.backwards), ("after", reading.forwards)):
        if _shown(given) != stored:
            yield (
                f"{reading.when}, paged with {direction}: other messages than stored "
                f"({len(given)} for {len(stored)})"
            )


def _shown(records: Iterable[Record]) -> list[tuple[object, ...]]:
    return [tuple(record.get(field) for field in SHOWN_FIELDS) for record in records]


def _since_1970_ms(text: str) -> float:
    """The moment that a text tells. Raises ValueError if it tells none."""
    if not TIME.fullmatch(text):
        raise ValueError(f"{text[:SHOWN_CHARACTERS]!r} is no such time")
    return datetime.fromisoformat(text).timestamp() * 1000
