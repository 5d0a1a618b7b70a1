"""A family is found by its parents and by its mark, and ended as a whole."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from load_test.experiment.family import Family, alive, bearers, marks_of_ours, new_mark
from load_test.experiment.processes import PythonProcess
from tests.load_test.bad_servers.catalogue import FOLDER
from tests.load_test.experiment.conftest import make_package

WITHIN_S = 10.0
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]

LOSES_ITS_CHILD = f"""
import subprocess, time
parent = "import subprocess; print(subprocess.Popen({SLEEPER}, env={{}}, stdout=-3).pid)"
command = [{sys.executable!r}, "-c", parent]
lost = subprocess.check_output(command, env={{}}, text=True)
print("lost", lost, flush=True)
time.sleep(60)
"""

Started = tuple[subprocess.Popen[bytes], Family, str]


@pytest.fixture
def started() -> Iterator[Started]:
    """A process with a mark."""
    mark = new_mark()
    process = subprocess.Popen(SLEEPER, env={**os.environ, mark: "1"})
    family = Family(process.pid, mark)
    deadline_s = time.monotonic() + WITHIN_S
    while not bearers(mark):  # the system shows its variables a moment after it has begun
        assert time.monotonic() < deadline_s, "nobody bears the mark"
        time.sleep(0.001)
    yield process, family, mark
    family.kill()
    process.wait()


def test_marks_are_all_different_and_ours() -> None:
    first, second = new_mark(), new_mark()

    assert first != second
    assert first.startswith(marks_of_ours())
    assert second.startswith(marks_of_ours())


def test_who_bears_a_mark_is_found(started: Started) -> None:
    process, _, mark = started

    assert [each.pid for each in bearers(mark)] == [process.pid]
    assert process.pid in {each.pid for each in bearers(marks_of_ours())}
    assert bearers(new_mark()) == []


def test_the_dead_are_not_alive(started: Started) -> None:
    process, family, _ = started
    handle = psutil.Process(process.pid)
    assert alive([handle, handle]) == [handle]

    family.kill()

    assert handle.status() == psutil.STATUS_ZOMBIE  # nobody has waited for it yet
    assert alive([handle]) == []
    process.wait()
    assert alive([handle]) == []


def test_a_family_that_has_gone_takes_nothing_and_is_killed_in_vain(started: Started) -> None:
    process, family, _ = started
    process.kill()
    process.wait()

    family.kill()

    assert family.descendants() == []
    assert family.rss_bytes(()) == 0
    assert family.listens_at(80) is False


def test_memory_is_that_of_all(started: Started) -> None:
    _, family, _ = started
    ours = psutil.Process()

    assert family.rss_bytes([ours]) - family.rss_bytes(()) > 1_000_000


def test_processor_time_is_that_of_all_ended_children_included() -> None:
    ours = Family(os.getpid(), new_mark())
    before_s = ours.cpu_s(())

    subprocess.run([sys.executable, "-S", "-c", "sum(range(5_000_000))"], check=True)

    assert ours.cpu_s(()) - before_s >= 0.05
    assert ours.cpu_s([psutil.Process()]) >= 2 * before_s


def test_a_group_ends_with_its_leader_though_it_lost_its_environment(tmp_path: Path) -> None:
    # given a process whose grandchild has no parent, and no mark
    package = make_package(tmp_path, "loser", LOSES_ITS_CHILD)
    with PythonProcess(package.name, (), tmp_path / "log", {}, package.folder) as process:
        lost = psutil.Process(int(process.wait_for_line(re.compile("lost ([0-9]+)"), WITHIN_S)[1]))
        assert lost not in process.family.descendants()

    # then it ends, too; nobody waits for it
    deadline_s = time.monotonic() + WITHIN_S
    while alive([lost]):
        assert time.monotonic() < deadline_s, "the lost one goes on"
        time.sleep(0.02)


def test_who_listens_is_known() -> None:
    ours = Family(os.getpid(), new_mark())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert ours.listens_at(port)
    assert not ours.listens_at(port)


def test_they_all_end_wherever_they_have_gone(tmp_path: Path) -> None:
    # given a process with a child, one in another session, and one whose parent has ended
    mark = new_mark()
    with PythonProcess("brood", (), tmp_path / "log", {mark: "1"}, FOLDER) as process:
        process.wait_for_line(re.compile("all born"), WITHIN_S)
        family = alive(bearers(mark))
        assert len(family) == 4
        assert len(process.family.descendants()) == 2

    # then none of them is left, without any look at who started whom
    assert alive(family) == []
