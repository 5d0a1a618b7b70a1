"""A try that failed late has left its messages in the file: the next one does not add them."""

import json
from pathlib import Path

import pytest

from challenge.backlog import Backlog
from challenge.storage import JsonFiles
from observability.metrics import ChatMetrics
from solution import data_manager
from solution.config import ServerConfig
from solution.data_manager import DataManager
from tests.conftest import Disk, a_message


def test_what_may_be_in_the_file_already_is_there_once(
    json_files: JsonFiles, backlog: Backlog, metrics: ChatMetrics, disk: Disk, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # given a file with messages, and room for many more
    monkeypatch.setattr(data_manager, "FIRST_RETRY_S", 0.001)
    data = DataManager(json_files, backlog, metrics, ServerConfig(package="test"))
    data.create_messages_batch([a_message(1), a_message(2)])

    # when a batch takes its place there, and only then the disk fails, three times
    disk.fail("sync_folder", 3)
    data.create_messages_batch([a_message(3), a_message(4)])

    # then its messages are there once
    records = json.loads((tmp_path / "messages_1.json").read_bytes())
    assert [record["content"] for record in records] == [f"number {n}" for n in range(1, 5)]
