"""What the tests of the message processor share: a running one, and who it tells."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from eventlet.event import Event

from challenge.backlog import Backlog
from challenge.errors import ChatError
from challenge.models import Message
from challenge.storage import JsonFiles
from observability.metrics import ChatMetrics
from solution import data_manager
from solution.config import ServerConfig
from solution.data_manager import DataManager
from solution.message_processor import MessageProcessor
from tests.conftest import a_message, wait_until

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
