"""The guard ends what takes too much or too long, and says what that was."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from load_test.experiment.guard import (
    FILE_BYTES,
    KEPT_LOG_BYTES,
    MOST_RSS_BYTES,
    Guard,
    Limits,
    folder_bytes,
    shorten,
)
from load_test.experiment.processes import PythonProcess
from tests.load_test.experiment.conftest import make_package

WITHIN_S = 5.0
READY = re.compile("ready")
CROWD = """
import subprocess, sys, time
print("ready", flush=True)
time.sleep(0.3)
sleeps = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
crowd = [subprocess.Popen(sleeps) for _ in range(9)]
time.sleep(60)
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[PythonProcess]:
    """A process that does nothing, and no harm."""
    source = "import time; print('ready', flush=True); time.sleep(60)"
    package = make_package(tmp_path, "sleeper", source)
    with PythonProcess(package.name, (), tmp_path / "log", {}, package.folder) as process:
        process.wait_for_line(READY, WITHIN_S)
        yield process


def guarded(process: PythonProcess, limits: Limits, deadline_s: float | None = None) -> Guard:
    return Guard(process.family, process.log, process.log.parent / "data", limits, deadline_s)


def test_who_behaves_is_left_alone_and_measured(process: PythonProcess) -> None:
    guard = guarded(process, Limits(), time.monotonic() + 60)
    deadline_s = time.monotonic() + WITHIN_S
    while guard.peak_rss_bytes is None:
        assert time.monotonic() < deadline_s, "the guard never looked"
        time.sleep(0.01)
    guard.end()

    assert guard.reason is None
    assert process.running
    assert guard.peak_rss_bytes >= psutil.Process(process.pid).memory_info().rss / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(rss_bytes=1_000), "took more than 1.00 kB of memory within 0.1 s ("),
        (Limits(log_bytes=3), "wrote more than 3 B into its log within 0.1 s (6 B)"),
        (Limits(cpu_s=-1), "took more than -1 s of processor time within "),
        (Limits(processes=0), "had more than 0 processes within 0.1 s (1)"),
    ],
)
def test_too_much_is_the_end(process: PythonProcess, limits: Limits, reason: str) -> None:
    guard = guarded(process, limits)

    process.wait(WITHIN_S)
    guard.end()

    assert guard.reason is not None
    assert guard.reason.startswith(reason)
    assert not guard.timed_out


def test_all_folders_that_it_may_write_to_count(process: PythonProcess, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "hoard").write_bytes(b"x" * 10_000)
    data_dir, limits = tmp_path / "data", Limits(data_bytes=5_000)
    guard = Guard(process.family, process.log, data_dir, limits, None, more_folders=[home])

    process.wait(WITHIN_S)
    guard.end()

    assert guard.reason is not None
    assert guard.reason.startswith("put more than 5.00 kB into its folders within ")


def test_a_sudden_crowd_is_noticed_between_two_searches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a process that has had no children when it was searched for them, for the only time
    monkeypatch.setattr("load_test.experiment.guard.LOOKS_PER_SEARCH", 1_000_000)
    package = make_package(tmp_path, "crowd", CROWD)
    with PythonProcess(package.name, (), tmp_path / "log", {}, package.folder) as process:
        process.wait_for_line(READY, WITHIN_S)
        guard = guarded(process, Limits(processes=3))
        process.wait(WITHIN_S)
        guard.end()

    assert guard.reason is not None
    assert guard.reason.startswith("had more than 3 processes within ")


def test_too_late_is_the_end(process: PythonProcess) -> None:
    guard = guarded(process, Limits(), time.monotonic() + 0.25)

    process.wait(WITHIN_S)
    guard.end()

    assert guard.reason == "took longer than its 0.2 s"
    assert guard.timed_out


def test_a_life_has_an_end_without_a_deadline(process: PythonProcess) -> None:
    guard = guarded(process, Limits(life_s=0.25))

    process.wait(WITHIN_S)
    guard.end()

    assert guard.reason == "took longer than its 0.2 s"


def test_a_block_has_a_time_limit_of_its_own(process: PythonProcess) -> None:
    guard = guarded(process, Limits())
    with guard.within(0.01, "was asked in vain"), guard.within(60, "is asked at length"):
        process.wait(WITHIN_S)
    guard.end()

    assert guard.reason == "was asked in vain"


def test_a_block_that_was_left_in_time_is_forgotten(process: PythonProcess) -> None:
    guard = guarded(process, Limits())
    with guard.within(0.15, "was late"):
        pass
    with guard.within(0.3, "came after it"):
        process.wait(WITHIN_S)
    guard.end()

    assert guard.reason == "came after it"


def test_half_of_a_small_machine_is_the_limit() -> None:
    assert 0 < Limits().rss_bytes <= min(MOST_RSS_BYTES, psutil.virtual_memory().total)


def test_a_log_is_cut_to_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"first words\n" + b"x" * KEPT_LOG_BYTES + b"\nlast words")

    shorten(log, KEPT_LOG_BYTES * 2)
    assert log.read_bytes().startswith(b"first words")

    shorten(log, KEPT_LOG_BYTES)
    kept = log.read_bytes()
    assert kept.startswith(b"(the first 23 B were cut off)\nxxx")
    assert kept.endswith(b"x\nlast words")


def test_a_log_that_is_not_there_stays_so(tmp_path: Path) -> None:
    shorten(tmp_path / "none", 0)

    assert not (tmp_path / "none").exists()


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    assert folder_bytes(tmp_path / "none") == 0
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "large").write_bytes(b"x" * 10_000)
    (tmp_path / "in" / "empty").touch()

    assert folder_bytes(tmp_path) == FILE_BYTES + 10_000 + FILE_BYTES  # the folder is a file, too
