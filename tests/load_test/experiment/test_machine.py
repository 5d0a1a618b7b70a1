"""The machine is described by what can be known of it."""

import json
from pathlib import Path

import pytest

from load_test.experiment import machine
from load_test.experiment.machine import describe_machine, describe_versions, fsync_p50_ms


def test_the_machine_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "FSYNC_S", 0.05)

    found = describe_machine(tmp_path)

    assert found["cpus"] >= 1
    assert found["memory_bytes"] > 100_000_000
    assert 0 < found["fsync_p50_ms"] < 1_000
    assert len(found["load_average"]) == 3
    assert json.loads(json.dumps(found)) == found
    assert list(tmp_path.iterdir()) == []


def test_versions_name_what_matters() -> None:
    found = describe_versions()

    assert found["python"]
    assert found["eventlet"]
    assert found["python-socketio"]
    assert set(found) >= {"git", "websockets", "opentelemetry-sdk"}


def test_without_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert describe_versions()["git"] is None


def test_the_disk_is_measured_at_least_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "FSYNC_S", 1e-9)

    assert fsync_p50_ms(tmp_path) > 0
