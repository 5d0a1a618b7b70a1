"""What must hold of a life's storage after each step, whatever the steps were."""

import json
from pathlib import Path

from challenge.files import TEMPORARY
from challenge.healing import damaged_files, message_files
from tests.faults.model_life import MAX_PER_FILE, MAX_QUEUED, Life

SPOILING = "\ud800"  # a sender that JSON can carry, and UTF-8 cannot


def ids_in(folder: Path) -> list[str]:
    """The ids in all message files: whole, full but for the last, unique and rising."""
    records = [json.loads((folder / name).read_bytes()) for name in message_files(folder)]
    sizes = [len(each) for each in records]
    assert sizes[:-1] == [MAX_PER_FILE] * len(sizes[:-1]), f"files hold {sizes} messages"
    assert all(0 < size <= MAX_PER_FILE for size in sizes), f"files hold {sizes} messages"
    ids = [record["id"] for each in records for record in each]
    assert ids == sorted(set(ids)), f"ids are doubled or out of order: {ids}"
    return ids


def files_hold_what_was_accepted(life: Life) -> None:
    """On disk is what the start found, then a first part of what was accepted, in its order; and
    what was told as stored is a first part of that.
    """
    ids = ids_in(life.folder)
    new = ids[len(life.found) :]
    assert ids == life.found + new, f"of {life.found}, found at the start, is left {ids}"
    failed = set(life.failed)
    if life.disk.has_failed("sync_folder"):
        # In place, but perhaps not durably: such a message may have been given up all the same.
        failed -= set(new)
    kept = [each.id for each in life.accepted if each.sender != SPOILING and each.id not in failed]
    assert new == kept[: len(new)], f"{new} is on disk, of {kept}"
    known = [each for each in new if each not in life.failed]
    assert life.told == known[: len(life.told)], f"told was {life.told}, on disk is {known}"


def books_balance(life: Life) -> None:
    """Each message has one outcome or waits, and waiting is counted in messages and in bytes."""
    metrics = life.metrics
    done = {*life.told, *life.failed}
    assert len(done) == len(life.told) + len(life.failed), "a message has two outcomes"
    waiting = [each for each in life.accepted if each.id not in done]
    assert metrics.accepted == len(life.accepted)
    assert metrics.stored == len(life.told)
    assert metrics.failed == len(life.failed)
    assert metrics.queue_messages == len(waiting) <= MAX_QUEUED
    assert metrics.queue_bytes == sum(each.size_bytes for each in waiting)


def work_is_done(life: Life) -> None:
    """After work on a disk that takes writes: only what nobody could write has failed."""
    spoiled = [each.id for each in life.accepted if each.sender == SPOILING]
    assert life.failed == spoiled, f"{life.failed} failed, and only {spoiled} had to"
    nothing_is_left_over(life)


def nothing_is_left_over(life: Life) -> None:
    """There are no temporary files, and no file was taken for a damaged one."""
    left = [path.name for path in life.folder.glob("*" + TEMPORARY)]
    assert not left, f"left behind: {left}"
    assert not damaged_files(life.folder), f"set aside: {damaged_files(life.folder)}"
