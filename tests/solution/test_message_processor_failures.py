"""Every message has its outcome, whatever spoils its batch."""

import pytest

from challenge.errors import ChatError, StorageUnavailable
from challenge.models import Message
from tests.conftest import Disk, a_message, wait_until
from tests.solution.conftest import BATCH_SIZE, MAX_PER_FILE, SHORT_MS, Start, numbers


def test_a_message_that_spoils_the_batch_costs_only_itself(
    start: Start, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    # given a batch with one message that cannot be encoded
    running = start(SHORT_MS)
    running.send(4)
    bad = a_message(4)
    bad.sender = "\ud800"
    outcome = running.send_this(bad)
    others = [running.send_this(a_message(number)) for number in range(5, 9)]

    # then the others are stored in order, and its sender is told
    running.settled(9)
    assert running.outcomes.stored == running.file == numbers(4) + numbers(4, first=5)
    assert running.outcomes.failed == [("number 4", "internal")]
    with pytest.raises(ChatError, match="could not be stored"):
        outcome.wait()
    for other in others:
        other.wait()
    assert "cannot store a batch of 9 ('utf-8' codec can't encode" in caplog.text
    assert f"its sender is told; ids: {bad.id}" in caplog.text
    assert running.metrics.storage_failures == 2

    # with at most a write for the batch and one for each of its messages
    assert len(disk.writes) <= 1 + 9

    # and the next batch is as good as ever
    running.send_this(a_message(9))
    running.settled(10)
    assert running.file[-1] == "number 9"


def test_what_a_spoiled_batch_had_stored_stays_so(start: Start, disk: Disk) -> None:
    # given a batch that goes over the end of a file, with a message behind it that spoils it
    running = start(SHORT_MS)
    running.send(MAX_PER_FILE - 3)
    running.settled(MAX_PER_FILE - 3)
    running.send(4)
    bad = a_message(MAX_PER_FILE + 1)
    bad.sender = "\ud800"
    running.send_this(bad)

    # then those before the end and the one after it are stored once
    running.settled(MAX_PER_FILE + 2)
    assert running.outcomes.stored == numbers(MAX_PER_FILE + 1)
    assert running.outcomes.failed == [(bad.content, "internal")]
    assert running.file == numbers(MAX_PER_FILE)
    assert disk.writes.count("messages_2.json") == 1


def test_every_message_of_a_spoiled_batch_may_be_to_blame(start: Start) -> None:
    running = start(SHORT_MS)
    for number in range(3):
        bad = a_message(number)
        bad.room_id = "\udfff"
        running.send_this(bad)
    running.settled(3)
    assert running.outcomes.failed == [(content, "internal") for content in numbers(3)]
    assert running.file == []


@pytest.mark.parametrize("step", ["write_and_sync", "replace", "sync_folder"])
def test_a_disk_that_recovers_loses_nothing(
    start: Start, disk: Disk, step: str, caplog: pytest.LogCaptureFixture
) -> None:
    running = start(SHORT_MS)
    disk.fail(step, 3)
    running.send(2 * BATCH_SIZE + 1)
    running.settled(2 * BATCH_SIZE + 1)
    assert running.outcomes.stored == running.file == numbers(2 * BATCH_SIZE + 1)
    assert caplog.text.count("No space left on device") == 3


def test_a_disk_that_refuses_to_the_end_tells_every_sender(
    start: Start, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    # given a disk that refuses, and more than a batch that waits for it
    running = start(SHORT_MS)
    disk.fail("write_and_sync")
    outcomes = running.send(BATCH_SIZE + 5)
    wait_until(lambda: running.backlog.storage_failing, "the disk refusing")

    # when the server ends
    running.backlog.closed = True
    running.settled(BATCH_SIZE + 5)

    # then each is told, in order, and the log says how many
    told = [(content, "storage_unavailable") for content in numbers(BATCH_SIZE + 5)]
    assert running.outcomes.failed == told
    assert running.file == []
    for outcome in outcomes:
        with pytest.raises(StorageUnavailable, match="No space left on device"):
            outcome.wait()
    last, first = caplog.messages[-1], f"{BATCH_SIZE:016x}"
    reason = (
        "cannot store a batch of 5 ([Errno 28] No space left on device), their senders are told"
    )
    assert last.startswith(f"{reason}; ids: {first} ")


def test_a_broadcast_that_fails_costs_only_itself(start: Start) -> None:
    running = start(SHORT_MS)
    told = running.processor._on_stored

    def on_stored(message: Message) -> None:
        if message.content == "number 1":
            raise RuntimeError("a rough edge of a library")
        told(message)

    running.processor._on_stored = on_stored
    running.send(3)
    wait_until(lambda: len(running.outcomes.stored) == 2, "the other two broadcasts")
    running.send(1)
    wait_until(lambda: len(running.outcomes.stored) == 3, "the next batch")


def test_a_disk_that_fails_while_one_is_looked_for_is_named(start: Start, disk: Disk) -> None:
    # given a batch with a message that cannot be written, and then a disk that refuses
    running = start(SHORT_MS)
    bad = a_message(0)
    bad.sender = "\ud800"
    running.send_this(bad)
    running.send_this(a_message(1))
    disk.fail("write_and_sync")
    wait_until(lambda: running.backlog.storage_failing, "the disk refusing")

    # when the server drains, then the disk is named as the reason
    running.backlog.closed = True
    running.settled(2)
    assert running.outcomes.failed[1] == ("number 1", "storage_unavailable")
