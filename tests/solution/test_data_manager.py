"""One batch, one write: stored when it returns, in order, once, whatever the disk does."""

import json
from collections.abc import Sequence
from pathlib import Path

import eventlet
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from challenge.backlog import Backlog
from challenge.errors import StorageUnavailable
from challenge.models import Message
from challenge.storage import JsonFiles
from observability import names
from observability.metrics import ChatMetrics
from solution import data_manager
from solution.config import ServerConfig
from solution.data_manager import DataManager
from tests.conftest import Disk, a_message, wait_until

MAX_PER_FILE = 10


@pytest.fixture
def data(
    json_files: JsonFiles, backlog: Backlog, metrics: ChatMetrics, monkeypatch: pytest.MonkeyPatch
) -> DataManager:
    """A data manager over an empty folder that soon tries again."""
    monkeypatch.setattr(data_manager, "FIRST_RETRY_S", 0.001)
    config = ServerConfig(package="test", max_messages_per_file=MAX_PER_FILE)
    return DataManager(json_files, backlog, metrics, config)


def a_batch(first: int, count: int) -> list[Message]:
    """Messages with the numbers from `first` on."""
    return [a_message(number) for number in range(first, first + count)]


def contents(first: int, count: int) -> list[str]:
    """What such a batch says."""
    return [message.content for message in a_batch(first, count)]


def stored_in(folder: Path) -> list[list[str]]:
    """The contents in each message file, both in order."""
    paths = sorted(folder.glob("messages_*.json"), key=lambda path: int(path.stem[9:]))
    return [[each["content"] for each in json.loads(path.read_bytes())] for path in paths]


def stored(messages: Sequence[Message]) -> list[str]:
    """What those say that know that they are stored."""
    return [message.content for message in messages if message.created_at]


def test_a_batch_is_one_read_and_one_write(
    data: DataManager, disk: Disk, metrics: ChatMetrics, tmp_path: Path
) -> None:
    data.create_messages_batch(a_batch(0, 4))
    data.create_messages_batch(batch := a_batch(4, 5))
    assert stored_in(tmp_path) == [contents(0, 9)]
    assert stored(batch) == contents(4, 5)
    assert disk.writes == ["messages_1.json"] * 2
    assert disk.reads == ["messages_1.json"]
    assert metrics.file_writes == 2
    assert b"chat_batch_size_sum 9.0" in metrics.exposition()
    assert b"chat_batch_size_count 2.0" in metrics.exposition()


def test_what_is_stored_is_in_the_history(data: DataManager, tmp_path: Path) -> None:
    batch = a_batch(0, 3)
    data.create_messages_batch(batch)
    records = json.loads((tmp_path / "messages_1.json").read_bytes())
    assert records == [message.record(str(message.created_at)) for message in batch]
    assert data.history.page("room", 10) == records


def test_a_batch_up_to_the_limit_of_a_file_is_one_write(
    data: DataManager, disk: Disk, tmp_path: Path
) -> None:
    data.create_messages_batch(a_batch(0, MAX_PER_FILE))
    data.create_messages_batch(a_batch(MAX_PER_FILE, 1))
    assert stored_in(tmp_path) == [contents(0, MAX_PER_FILE), contents(MAX_PER_FILE, 1)]
    assert disk.writes == ["messages_1.json", "messages_2.json"]
    assert disk.reads == []


def test_a_batch_across_a_rotation_is_a_write_for_each_file(
    data: DataManager, disk: Disk, metrics: ChatMetrics, tmp_path: Path
) -> None:
    data.create_messages_batch(a_batch(0, 7))
    data.create_messages_batch(a_batch(7, 16))
    assert stored_in(tmp_path) == [contents(0, 10), contents(10, 10), contents(20, 3)]
    assert disk.writes == ["messages_1.json"] * 2 + ["messages_2.json", "messages_3.json"]
    assert b"chat_batch_size_sum 23.0" in metrics.exposition()


@pytest.mark.parametrize("step", ["read", "write_and_sync", "replace", "sync_folder"])
@pytest.mark.parametrize("times", [1, 4])
@pytest.mark.parametrize("before", [3, 8, MAX_PER_FILE, 0])  # the second crosses a rotation
def test_a_disk_that_recovers_has_each_message_once_and_in_order(
    data: DataManager, backlog: Backlog, disk: Disk, tmp_path: Path,
    step: str, times: int, before: int,
) -> None:  # fmt: skip
    # given some messages, and a disk that refuses for a while
    if before:
        data.create_messages_batch(a_batch(0, before))
    disk.fail(step, times)

    # when two batches come
    for first in (before, before + 4):
        data.create_messages_batch(a_batch(first, 4))

    # then all are stored, once, in order, and nothing of the trouble is left
    assert sum(stored_in(tmp_path), []) == contents(0, before + 8)
    page = data.history.page("room", 100)
    assert [each["content"] for each in page] == contents(0, before + 8)
    assert not backlog.storage_failing


def test_what_the_first_write_stored_stays_if_the_second_fails(
    data: DataManager, backlog: Backlog, disk: Disk, tmp_path: Path
) -> None:
    # given room for three more in the file, and a disk that refuses after one more write
    data.create_messages_batch(a_batch(0, 7))
    writes = len(disk.writes)
    disk.moving.clear()
    batch = a_batch(7, 5)
    storing = eventlet.spawn(data.create_messages_batch, batch)
    wait_until(lambda: len(disk.writes) > writes, "the first write")
    disk.fail("write_and_sync")
    disk.moving.set()

    # when the server ends before the disk recovers
    wait_until(lambda: backlog.storage_failing, "the second write failing")
    backlog.closed = True
    with pytest.raises(StorageUnavailable, match="No space left on device"):
        storing.wait()

    # then those in the first file are stored, and know it
    assert stored(batch) == contents(7, 3)
    assert stored_in(tmp_path) == [contents(0, 10)]


def test_what_the_first_write_stored_is_not_written_again(
    data: DataManager, disk: Disk, tmp_path: Path
) -> None:
    # given a batch across two files, one message of which cannot be encoded
    data.create_messages_batch(a_batch(0, 7))
    batch = a_batch(7, 5)
    batch[4].sender = "\ud800"
    with pytest.raises(UnicodeEncodeError):
        data.create_messages_batch(batch)
    assert stored(batch) == contents(7, 3)

    # when the rest is tried without it
    data.create_messages_batch(batch[:4])

    # then each is there once
    assert stored_in(tmp_path) == [contents(0, 10), contents(10, 1)]
    assert disk.writes == ["messages_1.json", "messages_1.json", "messages_2.json"]


def test_batches_wait_for_their_turn(data: DataManager, tmp_path: Path) -> None:
    storing = [eventlet.spawn(data.create_messages_batch, a_batch(n, 2)) for n in range(0, 24, 2)]
    for each in storing:
        each.wait()
    assert sum(stored_in(tmp_path), []) == contents(0, 24)


def test_nothing_is_tried_again_once_the_server_ends(
    data: DataManager, backlog: Backlog, disk: Disk, tmp_path: Path
) -> None:
    disk.fail("write_and_sync")
    backlog.closed = True
    with pytest.raises(StorageUnavailable):
        data.create_messages_batch(batch := a_batch(0, 3))
    assert stored(batch) == []
    assert backlog.storage_failing  # the exit code tells of it
    assert len(disk.writes) == 1
    assert stored_in(tmp_path) == []


def test_a_healthy_disk_stores_though_the_server_ends(
    data: DataManager, backlog: Backlog, tmp_path: Path
) -> None:
    backlog.closed = True
    data.create_messages_batch(a_batch(0, 3))
    assert stored_in(tmp_path) == [contents(0, 3)]


def test_waits_between_tries_double_up_to_half_a_second(
    json_files: JsonFiles, backlog: Backlog, metrics: ChatMetrics, disk: Disk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    data = DataManager(json_files, backlog, metrics, ServerConfig(package="test"))
    delays_s: list[float] = []
    monkeypatch.setattr(eventlet, "sleep", delays_s.append)
    disk.fail("write_and_sync", 7)
    data.create_messages_batch(a_batch(0, 2))
    assert delays_s == [0.05, 0.1, 0.2, 0.4, 0.5, 0.5, 0.5]


def test_the_spans_of_a_batch_are_one_tree(data: DataManager, spans: InMemorySpanExporter) -> None:
    data.create_messages_batch(a_batch(0, 1))
    spans.clear()
    batch = a_batch(1, 5)
    batch[0].accepted_s -= 10
    data.create_messages_batch(batch)
    read, write, create_batch = spans.get_finished_spans()
    assert [read.name, write.name] == [names.FILE_READ, names.FILE_WRITE]
    assert create_batch.name == names.CREATE_MESSAGES_BATCH
    assert create_batch.attributes is not None
    assert create_batch.attributes[names.BATCH_SIZE] == 5
    # The oldest of the batch tells how long it waited.
    assert 10_000 <= float(str(create_batch.attributes[names.QUEUE_WAIT_MS])) < 11_000
    for inside in (read, write):
        assert inside.parent is not None
        assert inside.parent.span_id == create_batch.context.span_id
