"""What the tests of the data manager share: one over an empty folder, and looks at what it did."""

import json
from pathlib import Path

import eventlet
import pytest
from eventlet.greenthread import GreenThread

from challenge import data_manager
from challenge.backlog import Backlog
from challenge.config import ServerConfig
from challenge.data_manager import DataManager
from challenge.models import Message
from challenge.storage import JsonFiles
from observability.metrics import ChatMetrics

MAX_PER_FILE = 10


@pytest.fixture
def data(
    json_files: JsonFiles, backlog: Backlog, metrics: ChatMetrics, monkeypatch: pytest.MonkeyPatch
) -> DataManager:
    """A data manager over an empty folder that soon tries again."""
    monkeypatch.setattr(data_manager, "FIRST_RETRY_S", 0.001)
    config = ServerConfig(package="test", max_messages_per_file=MAX_PER_FILE)
    return DataManager(json_files, backlog, metrics, config)


def create(data: DataManager, backlog: Backlog, message: Message) -> GreenThread:
    """Send a message in a greenlet of its own, as the socket handler does."""
    backlog.enter(message)
    return eventlet.spawn(data.create_message, message)


def stored_in(folder: Path) -> list[list[str]]:
    """The contents in each message file, both in order."""
    paths = sorted(folder.glob("messages_*.json"), key=lambda path: int(path.stem[9:]))
    return [[each["content"] for each in json.loads(path.read_bytes())] for path in paths]


def balance(metrics: ChatMetrics, stored: int, failed: int = 0) -> None:
    """Check the books at rest."""
    assert (metrics.stored, metrics.failed) == (stored, failed)
    assert metrics.accepted == stored + failed
    assert metrics.queue_messages == metrics.queue_bytes == 0
