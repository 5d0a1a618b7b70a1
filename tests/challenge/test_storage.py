"""JSON arrays in files, through eventlet's thread pool, counted and traced."""

import json
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from challenge import storage
from challenge.healing import damaged_files
from challenge.models import encode, now
from challenge.storage import JsonFiles
from observability import names
from observability.metrics import ChatMetrics
from tests.conftest import Disk, a_message

RECORDS = [a_message(number, "새해 🎉").record(now()) for number in range(3)]
NAME = "messages_1.json"

OF_A_FILE = (names.FILE_NAME, names.FILE_BYTES)


def test_what_was_written_is_read(json_files: JsonFiles, tmp_path: Path) -> None:
    json_files.write(NAME, RECORDS)
    assert json_files.read(NAME) == RECORDS
    assert (tmp_path / NAME).read_bytes() == encode(RECORDS)


def test_reads_writes_and_bytes_are_counted(json_files: JsonFiles, metrics: ChatMetrics) -> None:
    json_files.write(NAME, RECORDS)
    json_files.write(NAME, RECORDS[:1])
    json_files.read(NAME)
    assert (metrics.file_writes, metrics.file_reads) == (2, 1)
    assert metrics.file_written_bytes == len(encode(RECORDS)) + len(encode(RECORDS[:1]))


def test_spans_tell_processor_time_from_waiting_for_the_disk(
    json_files: JsonFiles, spans: InMemorySpanExporter
) -> None:
    json_files.write(NAME, RECORDS)
    json_files.read(NAME)
    write, read = spans.get_finished_spans()
    assert write.name == names.FILE_WRITE
    assert set(write.attributes or {}) == {names.JSON_MS, names.FSYNC_MS, *OF_A_FILE}
    assert read.name == names.FILE_READ
    assert set(read.attributes or {}) == {names.JSON_MS, *OF_A_FILE}
    for span in (write, read):
        assert span.attributes is not None
        assert span.attributes[names.FILE_BYTES] == len(encode(RECORDS))
        assert span.attributes[names.FILE_NAME] == NAME
        assert float(str(span.attributes[names.JSON_MS])) > 0
    assert float(str((write.attributes or {})[names.FSYNC_MS])) > 0


def test_a_write_that_fails_changes_nothing_and_may_be_repeated(
    json_files: JsonFiles, metrics: ChatMetrics, disk: Disk
) -> None:
    json_files.write(NAME, RECORDS[:1])
    disk.fail("write_and_sync", 1)
    with pytest.raises(OSError, match="No space"):
        json_files.write(NAME, RECORDS)
    assert json_files.read(NAME) == RECORDS[:1]
    assert metrics.file_writes == 1

    json_files.write(NAME, RECORDS)
    assert json_files.read(NAME) == RECORDS
    assert metrics.file_writes == 2


def test_a_disk_that_does_not_read_is_an_error_and_no_empty_file(
    json_files: JsonFiles, disk: Disk, tmp_path: Path
) -> None:
    json_files.write(NAME, RECORDS)
    disk.fail("read", 1)
    with pytest.raises(OSError, match="No space"):
        json_files.read(NAME)
    assert damaged_files(tmp_path) == []
    assert json_files.read(NAME) == RECORDS


def test_a_file_that_was_damaged_meanwhile_is_healed(
    json_files: JsonFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    json_files.write(NAME, RECORDS)
    (tmp_path / NAME).write_bytes(encode(RECORDS)[:-30])
    assert json_files.read(NAME) == RECORDS[:2]
    assert len(damaged_files(tmp_path)) == 1
    assert "messages_1.json is damaged" in caplog.text
    assert json_files.read(NAME) == RECORDS[:2]
    assert len(damaged_files(tmp_path)) == 1


def test_a_file_that_was_removed_meanwhile_is_said(
    json_files: JsonFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    json_files.write(NAME, RECORDS)
    (tmp_path / NAME).unlink()
    assert json_files.read(NAME) == []
    assert "messages_1.json is damaged" in caplog.text


@pytest.mark.parametrize(
    "record",
    [{"content": "no id"}, {**RECORDS[0], "roomId": 7}, {**RECORDS[0], "sender": "\ud800"}],
)
def test_what_somebody_else_wrote_is_checked(
    json_files: JsonFiles, tmp_path: Path, record: dict[str, object]
) -> None:
    json_files.write(NAME, RECORDS)
    assert json_files.read(NAME) == RECORDS
    (tmp_path / NAME).write_text(json.dumps([record, *RECORDS]))
    for _ in range(2):
        assert json_files.read(NAME) == RECORDS
    assert len(damaged_files(tmp_path)) == 1


def test_what_is_sound_is_checked_once(
    json_files: JsonFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = []
    monkeypatch.setattr(storage, "check", lambda name, records: checks.append(name))
    (tmp_path / NAME).write_bytes(encode(RECORDS))
    for _ in range(3):
        json_files.read(NAME)
    json_files.write(NAME, RECORDS[:1])
    json_files.read(NAME)
    assert checks == [NAME]
