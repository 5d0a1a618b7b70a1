"""What the doctor says of the machine, sound or not."""

import os
import resource
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from observability.doctor import machine
from observability.doctor.finding import Level


def test_the_python_that_runs_this_is_fine() -> None:
    assert machine.check_python().level is Level.OK


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_another_python_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 1))
    finding = machine.check_python()
    assert finding.level is Level.PROBLEM
    assert "install 3.11 to 3.13" in finding.advice


@pytest.mark.parametrize(
    ("free_mb", "level"), [(2_000, Level.OK), (900, Level.WARNING), (100, Level.PROBLEM)]
)
def test_memory_is_judged_by_what_is_free(
    monkeypatch: pytest.MonkeyPatch, free_mb: int, level: Level
) -> None:
    free = SimpleNamespace(available=free_mb * machine.MEGABYTE)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    finding = machine.check_memory()
    assert (finding.level, finding.found) == (level, f"{free_mb:,} MB free")


def test_the_disk_is_tried_and_nothing_stays(tmp_path: Path) -> None:
    finding = machine.check_disk(tmp_path)
    assert "fsync" in finding.found
    assert list(tmp_path.iterdir()) == []


def test_a_slow_disk_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SLOW_SYNC_MS", 0.0)
    assert machine.check_disk(tmp_path).level is Level.WARNING


def test_a_full_disk_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1_000))
    assert machine.check_disk(tmp_path).level is Level.PROBLEM


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    finding = machine.check_disk(tmp_path / "nowhere")
    assert finding.level is Level.PROBLEM
    assert "No such file" in finding.found


@pytest.mark.parametrize(
    ("kernel", "folder", "level"),
    [
        ("6.1.0-22-amd64", "/mnt/c/workshop", None),
        ("5.15.153.1-microsoft-standard-WSL2", "/mnt/c/workshop", Level.WARNING),
        ("5.15.153.1-microsoft-standard-WSL2", "/home/minji/workshop", Level.OK),
    ],
)
def test_a_windows_drive_under_wsl_is_slow(kernel: str, folder: str, level: Level | None) -> None:
    finding = machine.check_drive(Path(folder), kernel)
    assert (finding and finding.level) == level


@pytest.mark.parametrize(
    ("limit", "level"),
    [
        (resource.RLIM_INFINITY, Level.OK),
        (1_024, Level.OK),
        (256, Level.WARNING),
        (100, Level.PROBLEM),
    ],
)
def test_open_files_are_judged_by_their_limit(
    monkeypatch: pytest.MonkeyPatch, limit: int, level: Level
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (limit, limit))
    assert machine.check_open_files().level is level


@pytest.mark.parametrize(
    ("script", "told"),
    [("echo 27.3.1", "27.3.1"), ("exit 1", "engine does not answer"), (None, "not there")],
)
def test_docker_is_asked_for_its_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, told: str
) -> None:
    if script:
        (tmp_path / "docker").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep if script else None)
    finding = machine.check_docker()
    assert finding.level is Level.OK
    assert told in finding.found
