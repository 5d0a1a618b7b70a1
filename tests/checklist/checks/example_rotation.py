"""A rotation as a right answer leaves it, made by hand, for the tests of checks."""

from dataclasses import fields

from tests.checklist.scenarios.account import Account
from tests.checklist.scenarios.history import Reading
from tests.checklist.scenarios.rotation import BY_THE_CHALLENGE, Rotation
from tests.checklist.scenarios.stored import Record, Stored, StoredFile
from tests.checklist.scenarios.writers import Sent

NOON_MS = 1_798_718_400_000.0  # 2026-12-31T12:00:00Z
SENT = tuple(
    Sent(f"user-{number % 2}", "room", f"content {number}", NOON_MS, NOON_MS + 2, NOON_MS + 90)
    for number in range(50)
)
RECORDS: tuple[Record, ...] = tuple(
    {
        "id": f"{number:016x}",
        "roomId": sent.room_id,
        "sender": sent.sender,
        "content": sent.content,
        "timestamp": "2026-12-31T12:00:00.001Z",
        "createdAt": "2026-12-31T12:00:00.050Z",
    }
    for number, sent in enumerate(SENT)
)
NO_FAULTS = {field.name: 0 for field in fields(Account)}


def stored(*sizes: int) -> Stored:
    """A folder with the records in files of these sizes."""
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    files = (
        StoredFile(f"messages_{number}.json", RECORDS[start : start + size])
        for number, (start, size) in enumerate(zip(starts, sizes, strict=True), 1)
    )
    return Stored(tuple(files), ("users.json",))


ROTATION = Rotation(
    per_file=20,
    sent=SENT,
    stored=stored(20, 20, 10),
    numbers=tuple(range(50)),
    account=Account(**{**NO_FAULTS, "sent": 50, "acknowledged": 50, "stored": 50}),
    readings=(
        Reading("while it served", RECORDS, RECORDS, RECORDS, ""),
        Reading(BY_THE_CHALLENGE, RECORDS, RECORDS, RECORDS, ""),
    ),
    torn=(),
    unavailable="",
    replaced=3,
    written_in_place=0,
    removed=0,
    changed_under_reader=False,
)
