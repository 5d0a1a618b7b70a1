"""Each message is stored once and in order, or its sender is told, whatever the disk does."""

from pathlib import Path

import eventlet
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from challenge.backlog import Backlog
from challenge.config import ServerConfig
from challenge.data_manager import DataManager
from challenge.errors import ShuttingDown, StorageUnavailable
from challenge.storage import JsonFiles
from observability import names
from observability.metrics import ChatMetrics
from tests.challenge.conftest import MAX_PER_FILE, balance, create, stored_in
from tests.conftest import Disk, a_message, wait_until


@pytest.mark.parametrize("step", ["read", "write_and_sync", "replace", "sync_folder"])
@pytest.mark.parametrize("times", [1, 4])
@pytest.mark.parametrize("before", [3, MAX_PER_FILE, 0])
def test_a_disk_that_recovers_has_each_message_once_and_in_order(
    data: DataManager, backlog: Backlog, metrics: ChatMetrics, disk: Disk, tmp_path: Path,
    step: str, times: int, before: int,
) -> None:  # fmt: skip
    # given some messages, and a disk that refuses for a while
    for number in range(before):
        create(data, backlog, a_message(number)).wait()
    disk.fail(step, times)

    # when more come
    sent = [create(data, backlog, a_message(before + number)) for number in range(3)]
    for each in sent:
        each.wait()

    # then all are stored, once, in order, and nothing of the trouble is left
    contents = [f"number {number}" for number in range(before + 3)]
    assert sum(stored_in(tmp_path), []) == contents
    assert [each["content"] for each in data.history.page("room", 100)] == contents
    assert not backlog.storage_failing
    balance(metrics, stored=before + 3)


def test_each_failure_is_told_once(
    data: DataManager,
    backlog: Backlog,
    metrics: ChatMetrics,
    disk: Disk,
    spans: InMemorySpanExporter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk.fail("write_and_sync", 2)
    create(data, backlog, a_message(1)).wait()
    cause = "[Errno 28] No space left on device"
    told = f"cannot store a batch of 1 ({cause}), trying again; ids: {1:016x}"
    assert caplog.messages == [told] * 2
    assert metrics.storage_failures == 2
    (span,) = [each for each in spans.get_finished_spans() if each.name == names.CREATE_MESSAGE]
    assert [event.name for event in span.events] == [names.STORAGE_FAILED] * 2
    assert span.events[0].attributes == {
        names.FAILURE_CAUSE: cause,
        names.MESSAGE_IDS: (f"{1:016x}",),
    }


def test_waits_between_tries_double_up_to_half_a_second(
    data: DataManager, backlog: Backlog, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given the real delays, noted instead of waited for
    monkeypatch.undo()
    delays_s: list[float] = []
    monkeypatch.setattr(eventlet, "sleep", delays_s.append)
    disk = Disk(monkeypatch)
    disk.fail("write_and_sync", 7)
    message = a_message(1)
    backlog.enter(message)
    data.create_message(message)
    assert delays_s == [0.05, 0.1, 0.2, 0.4, 0.5, 0.5, 0.5]


def test_newcomers_are_told_of_the_disk_when_the_queue_is_full(
    json_files: JsonFiles, metrics: ChatMetrics, disk: Disk, tmp_path: Path
) -> None:
    # given a short queue, full because the disk refuses
    backlog = Backlog(2, 10_000, metrics)
    data = DataManager(json_files, backlog, metrics, ServerConfig(package="test"))
    disk.fail("write_and_sync")
    waiting = [create(data, backlog, a_message(number)) for number in range(2)]
    wait_until(lambda: backlog.storage_failing, "the disk refusing")
    with pytest.raises(StorageUnavailable):
        backlog.enter(a_message(3))

    # when it recovers, then those who waited are stored
    disk.recover()
    for each in waiting:
        each.wait()
    assert stored_in(tmp_path) == [["number 0", "number 1"]]
    balance(metrics, stored=2)


def test_who_waits_when_the_server_closes_is_told_so(
    data: DataManager, backlog: Backlog, metrics: ChatMetrics, disk: Disk, tmp_path: Path
) -> None:
    # given one message that the disk refuses, and two behind it
    disk.fail("write_and_sync")
    first, *others = [create(data, backlog, a_message(number)) for number in range(3)]
    wait_until(lambda: backlog.storage_failing, "the disk refusing")

    # when the server closes
    backlog.closed = True

    # then each has its outcome, and nothing is left behind
    with pytest.raises(StorageUnavailable, match="No space left on device"):
        first.wait()
    for other in others:
        with pytest.raises(ShuttingDown, match="not stored"):
            other.wait()
    assert stored_in(tmp_path) == []
    balance(metrics, stored=0, failed=3)


def test_what_is_being_written_when_the_server_closes_is_stored(
    data: DataManager, backlog: Backlog, metrics: ChatMetrics, disk: Disk, tmp_path: Path
) -> None:
    # given one message whose write has begun, and one behind it
    disk.moving.clear()
    writing, waiting = [create(data, backlog, a_message(number)) for number in range(2)]
    wait_until(lambda: disk.writes, "the write")

    # when the server closes, then the first is stored
    backlog.closed = True
    disk.moving.set()
    writing.wait()
    with pytest.raises(ShuttingDown):
        waiting.wait()
    assert stored_in(tmp_path) == [["number 0"]]
    balance(metrics, stored=1, failed=1)


def test_a_message_that_cannot_be_encoded_costs_only_itself(
    data: DataManager, backlog: Backlog, metrics: ChatMetrics, tmp_path: Path
) -> None:
    # given one that slipped through the checks
    good, bad = a_message(1), a_message(2)
    bad.sender = "\ud800"
    sent = [create(data, backlog, message) for message in (good, bad, a_message(3))]

    # then the others are stored
    with pytest.raises(UnicodeEncodeError):
        sent[1].wait()
    sent[2].wait()
    assert stored_in(tmp_path) == [["number 1", "number 3"]]
    balance(metrics, stored=2, failed=1)


def test_a_file_damaged_under_way_is_healed_and_gone_on_with(
    data: DataManager, backlog: Backlog, tmp_path: Path
) -> None:
    for number in range(3):
        create(data, backlog, a_message(number)).wait()
    path = tmp_path / "messages_1.json"
    path.write_bytes(path.read_bytes()[:-20])
    create(data, backlog, a_message(3)).wait()
    assert stored_in(tmp_path) == [["number 0", "number 1", "number 3"]]
    assert list(tmp_path.glob("messages_1.json.damaged-*"))
