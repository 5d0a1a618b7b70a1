"""How a batch fills, that one is flushed at a time, and that every message has its outcome."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from eventlet.event import Event
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext

from challenge.backlog import Backlog
from challenge.errors import ChatError, StorageUnavailable
from challenge.models import Message
from challenge.storage import JsonFiles
from observability import names
from observability.metrics import ChatMetrics
from solution import data_manager
from solution.config import ServerConfig
from solution.data_manager import DataManager
from solution.message_processor import MessageProcessor
from tests.conftest import Disk, a_message, wait_until

BATCH_SIZE = 10
MAX_PER_FILE = 70  # more than most tests send
LONG_MS, SHORT_MS = 60_000, 40  # flush intervals that never end, and that soon do


@dataclass
class Outcomes:
    """Who the processor tells: lists instead of rooms and senders."""

    stored: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)  # content, code

    @property
    def all(self) -> list[str]:
        """What has an outcome of either kind."""
        return self.stored + [content for content, _ in self.failed]

    def on_stored(self, message: Message) -> None:
        """Note a message that would be broadcast."""
        assert message.created_at
        self.stored.append(message.content)

    def on_failed(self, message: Message, error: ChatError) -> None:
        """Note a message whose sender would be told."""
        assert not message.created_at
        self.failed.append((message.content, error.code))


class Running:
    """A processor with all it stands on; `send` does what the socket handler does."""

    def __init__(
        self, folder: Path, backlog: Backlog, metrics: ChatMetrics, interval_ms: int
    ) -> None:
        config = ServerConfig(
            package="test",
            max_messages_per_file=MAX_PER_FILE,
            batch_size=BATCH_SIZE,
            flush_interval_ms=interval_ms,
        )
        data = DataManager(JsonFiles(folder, metrics), backlog, metrics, config)
        self.outcomes = Outcomes()
        self.metrics = metrics
        self.backlog = backlog
        self.folder = folder
        self._sent = 0
        self.processor = MessageProcessor(
            data, backlog, config, self.outcomes.on_stored, self.outcomes.on_failed
        )

    def send(self, count: int = 1) -> list[Event]:
        """Queue some messages, numbered on."""
        messages = [a_message(number) for number in range(self._sent, self._sent + count)]
        self._sent += count
        return [self.send_this(message) for message in messages]

    def send_this(self, message: Message) -> Event:
        """Queue a message."""
        self.backlog.enter(message)
        return self.processor.queue_message(message)

    def settled(self, count: int) -> None:
        """Wait until so many messages have their outcome; none has two, and the books balance."""
        metrics, outcomes = self.metrics, self.outcomes
        wait_until(lambda: len(outcomes.all) >= count, f"{count} outcomes")
        assert len(outcomes.all) == len(set(outcomes.all)) == count
        assert metrics.stored == len(outcomes.stored)
        assert metrics.failed == len(outcomes.failed)
        assert metrics.queue_messages == metrics.accepted - count

    @property
    def file(self) -> list[str]:
        """The contents in the first message file."""
        path = self.folder / "messages_1.json"
        return [each["content"] for each in json.loads(path.read_bytes())] if path.exists() else []


Start = Callable[[int], Running]


@pytest.fixture
def start(
    tmp_path: Path, backlog: Backlog, metrics: ChatMetrics, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """Starts a processor with an interval in milliseconds; it is stopped at the end."""
    monkeypatch.setattr(data_manager, "FIRST_RETRY_S", 0.001)
    started: list[MessageProcessor] = []

    def begin(interval_ms: int) -> Running:
        running = Running(tmp_path, backlog, metrics, interval_ms)
        running.processor.start()
        started.append(running.processor)
        return running

    yield begin
    for processor in started:
        processor.stop()


def numbers(count: int, first: int = 0) -> list[str]:
    """The contents of messages in the order of their sending."""
    return [f"number {number}" for number in range(first, first + count)]


def test_a_batch_is_flushed_when_it_is_full(start: Start, disk: Disk) -> None:
    running = start(LONG_MS)
    running.send(BATCH_SIZE - 1)
    running.send(1)
    running.settled(BATCH_SIZE)
    assert running.outcomes.stored == running.file == numbers(BATCH_SIZE)
    assert len(disk.writes) == 1


def test_what_does_not_fit_waits_for_the_next_batch(start: Start, disk: Disk) -> None:
    running = start(LONG_MS)
    running.send(2 * BATCH_SIZE + 3)
    running.settled(2 * BATCH_SIZE)
    assert len(disk.writes) == 2
    running.send(BATCH_SIZE - 3)
    running.settled(3 * BATCH_SIZE)
    assert running.file == numbers(3 * BATCH_SIZE)
    assert len(disk.writes) == 3


def test_a_lone_message_is_flushed_when_the_interval_is_over(start: Start) -> None:
    running = start(SHORT_MS)
    started = time.perf_counter()
    running.send()
    running.settled(1)
    waited_ms = (time.perf_counter() - started) * 1_000
    assert running.file == ["number 0"]
    assert waited_ms >= SHORT_MS  # not before: others might still have come


def test_the_interval_counts_from_the_first_of_the_batch(start: Start, disk: Disk) -> None:
    # given a message that has waited for the interval already, and others behind it
    running = start(LONG_MS)
    old = a_message(100)
    old.accepted_s -= LONG_MS / 1_000
    running.send_this(old)
    running.send(3)

    # then it waits no longer, and takes those along that are there
    running.settled(4)
    assert running.file == ["number 100", *numbers(3)]
    assert len(disk.writes) == 1


def test_one_flush_at_a_time(start: Start, disk: Disk) -> None:
    # given a write that does not end
    running = start(SHORT_MS)
    disk.moving.clear()
    running.send(BATCH_SIZE)
    wait_until(lambda: disk.writes, "the first write")

    # when more come than a batch holds, and the interval is over
    running.send(BATCH_SIZE + 2)
    late = time.monotonic() + 2 * SHORT_MS / 1_000
    wait_until(lambda: time.monotonic() > late, "the interval being over")

    # then nothing is written or told until that write has ended
    assert len(disk.writes) == 1
    assert running.outcomes.stored == []
    disk.moving.set()
    running.settled(2 * BATCH_SIZE + 2)
    assert running.outcomes.stored == running.file == numbers(2 * BATCH_SIZE + 2)
    assert len(disk.writes) == 3


def test_a_server_that_drains_takes_all_at_once(start: Start, disk: Disk) -> None:
    # given a write under way, and a long queue behind it
    running = start(LONG_MS)
    disk.moving.clear()
    running.send(BATCH_SIZE)
    wait_until(lambda: disk.writes, "the first write")
    running.send(5 * BATCH_SIZE + 7)

    # when the server closes, then one more write takes them all, and nothing waits for the interval
    running.backlog.closed = True
    disk.moving.set()
    running.settled(6 * BATCH_SIZE + 7)
    assert running.outcomes.stored == running.file == numbers(6 * BATCH_SIZE + 7)
    assert len(disk.writes) == 2


def test_an_outcome_is_sent_when_the_message_is_stored(start: Start) -> None:
    running = start(SHORT_MS)
    first, second = running.send(2)
    assert not first.ready()
    first.wait()
    second.wait()
    assert running.file == numbers(2)


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
    assert f"message {bad.id} cannot be stored" in caplog.text

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
    assert f"a batch of {BATCH_SIZE} is lost" in caplog.text
    assert "a batch of 5 is lost" in caplog.text


def test_nothing_is_flushed_after_the_end(start: Start, disk: Disk) -> None:
    running = start(SHORT_MS)
    running.send(1)
    running.settled(1)
    running.processor.stop()
    running.send(BATCH_SIZE)
    late = time.monotonic() + 2 * SHORT_MS / 1_000
    wait_until(lambda: time.monotonic() > late, "the interval being over")
    assert len(disk.writes) == 1


def test_a_processor_that_never_started_can_be_stopped(
    tmp_path: Path, backlog: Backlog, metrics: ChatMetrics
) -> None:
    Running(tmp_path, backlog, metrics, SHORT_MS).processor.stop()


def test_the_batch_is_a_trace_that_links_to_its_messages(
    start: Start, spans: InMemorySpanExporter
) -> None:
    running = start(SHORT_MS)
    contexts = [SpanContext(trace_id=n + 1, span_id=n + 1, is_remote=False) for n in range(3)]
    for number, context in enumerate(contexts):
        message = a_message(number)
        message.span_context = context
        running.send_this(message)
    running.settled(3)
    wait_until(
        lambda: any(span.name == names.FLUSH_MESSAGES for span in spans.get_finished_spans()),
        "the span of the flush",
    )
    by_name = {span.name: span for span in spans.get_finished_spans()}
    flush, create = by_name[names.FLUSH_MESSAGES], by_name[names.CREATE_MESSAGES_BATCH]
    assert [link.context for link in flush.links] == contexts
    assert flush.attributes == {names.BATCH_SIZE: 3}
    assert flush.parent is None
    assert create.parent is not None
    assert create.parent.span_id == flush.context.span_id


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
