"""The machine is described by what can be known of it."""

import json
import os
import subprocess
import sys
import time
import warnings
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from load_test.experiment import machine
from load_test.experiment.machine import (
    Strain,
    describe_after,
    describe_machine,
    describe_versions,
    disk_now,
    strain_between,
    strain_now,
)

BURN_S = 0.3
BURN = f"import time\nwhile time.process_time() < {BURN_S}: pass"
BURN_AND_STAY = f"{BURN}\nimport sys; sys.stdin.read()"
DEADLINE_S = 10.0


@pytest.fixture(autouse=True)
def short_look_at_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "FSYNC_S", 0.05)


def test_the_machine_is_described(tmp_path: Path) -> None:
    found = describe_machine(tmp_path)

    assert found["cpus"] >= 1
    assert found["memory_bytes"] > 100_000_000
    assert 0 < found["fsync_p50_ms"] < 1_000
    assert len(found["load_average"]) == 3
    assert json.loads(json.dumps(found)) == found
    assert list(tmp_path.iterdir()) == []


def test_afterwards_it_tells_what_went_on(tmp_path: Path) -> None:
    before = strain_now()
    _burn()
    found = describe_after(tmp_path, before)

    assert 0 < found["fsync_p10_ms"] <= found["fsync_p50_ms"] <= found["fsync_p90_ms"]
    assert len(found["load_average"]) == 3
    assert 0 <= found["others_cpu_share"] <= 1
    assert {"swapped_in_bytes", "swapped_out_bytes"} <= set(found)
    assert json.loads(json.dumps(found)) == found


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

    assert disk_now(tmp_path)["fsync_p50_ms"] > 0


def test_a_disk_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(OSError, match="the disk is gone"):
        disk_now(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_work_of_our_own_is_ours() -> None:
    before = strain_now()
    until_s = time.process_time() + BURN_S
    while time.process_time() < until_s:
        pass

    assert strain_now().ours_s - before.ours_s >= 0.9 * BURN_S


def test_work_of_a_server_that_has_ended_is_ours() -> None:
    before = strain_now()
    _burn()

    assert strain_now().ours_s - before.ours_s >= 0.9 * BURN_S


def test_work_of_a_server_that_still_runs_is_ours() -> None:
    before = strain_now()
    # Given a server of a server, as a shell would start it
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN_AND_STAY!r}])"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) as server:
        end_s = time.monotonic() + DEADLINE_S
        while strain_now().ours_s - before.ours_s < 0.9 * BURN_S and time.monotonic() < end_s:
            time.sleep(0.02)
        ours_s = strain_now().ours_s - before.ours_s
        still_there = server.poll() is None
        server.communicate(b"end")

    assert still_there
    assert ours_s >= 0.9 * BURN_S


def test_what_is_not_ours_is_others() -> None:
    before = Strain(all_s=100.0, busy_s=10.0, ours_s=1.0, swapped_in_bytes=5, swapped_out_bytes=7)
    after = Strain(all_s=120.0, busy_s=22.0, ours_s=9.0, swapped_in_bytes=5, swapped_out_bytes=9)

    assert strain_between(before, after) == {
        "others_cpu_share": pytest.approx(0.2),  # 12 s busy, 8 s ours, of 20 s
        "swapped_in_bytes": 0,
        "swapped_out_bytes": 2,
    }


def test_clocks_that_disagree_a_little_blame_nobody() -> None:
    before = Strain(all_s=100.0, busy_s=10.0, ours_s=1.0, swapped_in_bytes=0, swapped_out_bytes=0)
    after = replace(before, all_s=110.0, busy_s=15.0, ours_s=6.01)

    assert strain_between(before, after)["others_cpu_share"] == 0.0


def test_what_the_system_does_not_tell_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_counters() -> None:
        warnings.warn("could not be determined", RuntimeWarning, stacklevel=1)

    monkeypatch.setattr(psutil, "swap_memory", no_counters)
    strain = strain_now()
    found = strain_between(strain, strain)

    assert found == dict.fromkeys(found)
    assert len(found) == 3


@pytest.mark.parametrize(
    ("times", "all_s", "busy_s"),
    [
        ({"user": 5.0, "nice": 1.0, "system": 2.0, "idle": 90.0}, 98.0, 8.0),  # as on macOS
        (
            {"user": 5.0, "system": 2.0, "idle": 90.0, "iowait": 3.0, "steal": 1.0, "guest": 4.0},
            101.0,
            8.0,
        ),
    ],
)
def test_waiting_is_not_work(
    monkeypatch: pytest.MonkeyPatch, times: dict[str, float], all_s: float, busy_s: float
) -> None:
    fields: Callable[..., Any] = namedtuple("fields", list(times))  # type: ignore[misc]
    monkeypatch.setattr(psutil, "cpu_times", lambda: fields(**times))

    found = strain_now()

    assert (found.all_s, found.busy_s) == (all_s, busy_s)


def _burn() -> None:
    subprocess.run([sys.executable, "-c", BURN], check=True)
