"""One message, one write: stored when it returns, in order, once."""

import json
from pathlib import Path

import eventlet
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from challenge.backlog import Backlog
from challenge.data_manager import DataManager
from challenge.models import Message
from observability import names
from observability.metrics import ChatMetrics
from tests.challenge.conftest import MAX_PER_FILE, balance, create, stored_in
from tests.conftest import Disk, a_message, wait_until


def test_a_message_is_on_disk_when_it_returns(
    data: DataManager, backlog: Backlog, metrics: ChatMetrics, tmp_path: Path
) -> None:
    message = a_message(1)
    backlog.enter(message)
    data.create_message(message)
    assert message.created_at is not None
    assert message.created_at >= message.timestamp
    (record,) = json.loads((tmp_path / "messages_1.json").read_bytes())
    assert record == message.record(message.created_at)
    assert data.history.page("room", 10) == [record]
    balance(metrics, stored=1)


def test_each_message_reads_and_writes_the_whole_file(
    data: DataManager, backlog: Backlog, metrics: ChatMetrics, disk: Disk
) -> None:
    for number in range(5):
        create(data, backlog, a_message(number)).wait()
    assert disk.writes == ["messages_1.json"] * 5
    assert disk.reads == ["messages_1.json"] * 4  # the first found nothing to read
    assert metrics.file_writes == 5
    assert b"chat_batch_size_sum 5.0" in metrics.exposition()
    assert b"chat_batch_size_count 5.0" in metrics.exposition()


def test_first_come_first_stored(
    data: DataManager, backlog: Backlog, metrics: ChatMetrics, tmp_path: Path
) -> None:
    messages = [a_message(number) for number in range(40)]
    returned: list[str] = []

    def send(message: Message) -> None:
        data.create_message(message)
        returned.append(message.content)

    for message in messages:
        backlog.enter(message)
        eventlet.spawn(send, message)
    wait_until(lambda: len(returned) == 40, "40 messages stored")
    expected = [message.content for message in messages]
    assert returned == expected
    assert sum(stored_in(tmp_path), []) == expected
    balance(metrics, stored=40)


def test_a_file_is_full_exactly_at_its_limit(
    data: DataManager, backlog: Backlog, disk: Disk, tmp_path: Path
) -> None:
    for number in range(2 * MAX_PER_FILE + 1):
        create(data, backlog, a_message(number)).wait()
    assert [len(contents) for contents in stored_in(tmp_path)] == [MAX_PER_FILE, MAX_PER_FILE, 1]
    # The first message of a file reads nothing, and no file is written after it is full.
    assert len(disk.reads) == 2 * (MAX_PER_FILE - 1)
    assert disk.writes == sorted(disk.writes)


def test_the_spans_of_a_message_are_one_tree(
    data: DataManager, backlog: Backlog, spans: InMemorySpanExporter
) -> None:
    create(data, backlog, a_message(1)).wait()
    spans.clear()
    create(data, backlog, a_message(2)).wait()
    read, write, create_message = spans.get_finished_spans()
    assert [read.name, write.name] == [names.FILE_READ, names.FILE_WRITE]
    assert create_message.name == names.CREATE_MESSAGE
    assert set(create_message.attributes or {}) == {names.QUEUE_WAIT_MS}
    for inside in (read, write):
        assert inside.parent is not None
        assert inside.parent.span_id == create_message.context.span_id
