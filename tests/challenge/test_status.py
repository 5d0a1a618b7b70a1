"""What the server says of itself."""

from collections.abc import Iterator
from pathlib import Path

import eventlet
import pytest

from challenge import status
from challenge.status import Status
from observability.metrics import ChatMetrics
from tests.conftest import wait_until

INTERVAL_S = 0.05


def test_a_folder_of_sound_files_is_ok(tmp_path: Path, metrics: ChatMetrics) -> None:
    said = Status("challenge", tmp_path, metrics).health()
    assert said == {"status": "ok", "damaged_files": []}


def test_files_that_were_set_aside_are_named(tmp_path: Path, metrics: ChatMetrics) -> None:
    names = ["messages_1.json.damaged-20261231T235959.000000Z", "users.json.damaged-x"]
    for name in reversed(names):
        (tmp_path / name).touch()
    said = Status("attempt", tmp_path, metrics).health()
    assert said == {"status": "degraded", "damaged_files": names}


def test_a_server_is_not_ready_before_it_says_so(tmp_path: Path, metrics: ChatMetrics) -> None:
    assert not Status("challenge", tmp_path, metrics).ready


@pytest.fixture
def reporting(
    tmp_path: Path,
    metrics: ChatMetrics,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[None]:
    """A report that runs, more often than in earnest."""
    monkeypatch.setattr(status, "REPORT_INTERVAL_S", INTERVAL_S)
    caplog.set_level("INFO")
    running = eventlet.spawn(Status("challenge", tmp_path, metrics).report)
    eventlet.sleep(0)  # it notes where the counters stand
    yield
    running.kill()


def test_what_was_done_since_the_last_line_can_be_told_at_once(
    tmp_path: Path, metrics: ChatMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    said = Status("challenge", tmp_path, metrics)
    metrics.stored = 3
    said.tell()
    said.tell()
    (line,) = caplog.messages
    assert line.startswith("processed=3 ")


@pytest.mark.usefixtures("reporting")
def test_a_line_tells_what_was_done_since_the_last(
    metrics: ChatMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    # given a second with two batches, and one in which one message is refused
    metrics.stored, metrics.queue_messages = 30, 7
    metrics.file_writes, metrics.file_reads, metrics.file_written_bytes = 3, 2, 1_000_000
    metrics.flushed(10, 0.01)
    metrics.flushed(20, 0.01)
    wait_until(lambda: caplog.messages, "a line")
    metrics.queue_messages = 6
    metrics.refused["queue_full"] += 1
    metrics.failed += 2
    wait_until(lambda: len(caplog.messages) == 2, "a second line")

    # then the first tells what was done, and the second what was not
    assert caplog.messages == [
        "processed=30 queued=7 rate=600 batch_mean=15.0 batch_max=20 writes=3 reads=2 "
        "bytes=1000000 refused=0 failed=0",
        "processed=30 queued=6 rate=0 batch_mean=0 batch_max=0 writes=0 reads=0 bytes=0 "
        "refused=1 failed=2",
    ]
    assert vars(caplog.records[0])["fields"]["bytes"] == 1_000_000


@pytest.mark.usefixtures("reporting")
def test_nothing_is_said_while_there_is_nothing_to_do(
    metrics: ChatMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    # given intervals without work, then one with
    eventlet.sleep(3 * INTERVAL_S)
    metrics.stored = 1

    # then there is one line, for the last
    wait_until(lambda: caplog.messages, "a line")
    eventlet.sleep(2 * INTERVAL_S)
    assert len(caplog.messages) == 1


@pytest.mark.usefixtures("reporting")
def test_a_queue_that_does_not_move_is_work_too(
    metrics: ChatMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    metrics.queue_messages = 5
    wait_until(lambda: caplog.messages, "a line")
    assert caplog.messages[0].startswith("processed=0 queued=5 rate=0 ")
