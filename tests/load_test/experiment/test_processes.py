"""Processes are started with a log, stopped, and never left behind."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil
import pytest

from load_test.experiment.family import alive, bearers, new_mark
from load_test.experiment.processes import (
    LINE_CHARACTERS,
    PROJECT,
    Launcher,
    ProcessFailed,
    PythonProcess,
    last_lines,
)
from tests.load_test.bad_servers.catalogue import FOLDER
from tests.load_test.experiment.conftest import make_package

HELLO = re.compile("hello (.+)\n")
WITHIN_S = 10.0
SLEEPS = "import time\nprint('hello you', flush=True)\ntime.sleep(60)\n"
IGNORES = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{SLEEPS}"
HAS_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("hello", child.pid, flush=True)
child.wait()
"""

Start = Callable[[str], PythonProcess]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts a process from its source."""

    def start(source: str) -> PythonProcess:
        package = make_package(tmp_path, "example", source)
        return PythonProcess(package.name, (), tmp_path / "log", {}, package.folder)

    return start


def test_a_line_of_the_log_says_that_it_is_there(start: Start) -> None:
    with start(SLEEPS) as process:
        assert process.wait_for_line(HELLO, WITHIN_S)[1] == "you"
        assert process.running

    assert not process.running


def test_one_that_ends_at_once_fails_with_the_end_of_its_log(start: Start) -> None:
    with start("import sys\nfor n in range(9): print('line', n)\nsys.exit(3)") as process:
        with pytest.raises(ProcessFailed) as failed:
            process.wait_for_line(HELLO, WITHIN_S)

    assert str(failed.value).startswith("example ended with exit code 3 at its start")
    assert str(failed.value).endswith("line 7\n  line 8")
    assert "line 3" not in str(failed.value)
    assert failed.value.ended
    assert not failed.value.timed_out


def test_one_that_says_nothing_fails_in_bounded_time(start: Start) -> None:
    with start(SLEEPS) as process:
        with pytest.raises(ProcessFailed, match="did not say within 0.2 s") as failed:
            process.wait_for_line(re.compile("something else"), 0.2)

    assert failed.value.timed_out
    assert not failed.value.ended


def test_stop_gives_the_exit_code(start: Start) -> None:
    with start(SLEEPS) as process:
        process.wait_for_line(HELLO, WITHIN_S)

        assert process.stop(WITHIN_S) == -15


def test_one_that_ignores_sigterm_fails_and_is_killed(start: Start) -> None:
    with start(IGNORES) as process:
        process.wait_for_line(HELLO, WITHIN_S)
        with pytest.raises(ProcessFailed, match="did not end within 0.3 s of SIGTERM"):
            process.stop(0.3)

    assert not process.running


def test_its_children_go_with_it(start: Start) -> None:
    with start(HAS_A_CHILD) as process:
        child = psutil.Process(int(process.wait_for_line(HELLO, WITHIN_S)[1]))

    deadline_s = time.monotonic() + WITHIN_S
    while alive([child]):
        assert time.monotonic() < deadline_s, "the child outlived its parent"
        time.sleep(0.02)


def test_whatever_a_command_started_ends_with_it(tmp_path: Path) -> None:
    # given a command that starts a process, which has a daemon, and then ends as commands do
    command = f"""
from load_test.experiment.processes import *
process = PythonProcess("brood", (), Path({str(tmp_path / "log")!r}), {{}}, Path({str(FOLDER)!r}))
process.wait_for_line(re.compile("all born"), {WITHIN_S})
stop_descendants()
"""
    mark = new_mark()
    environment = {**os.environ, mark: "1"}
    began_s = time.monotonic()

    subprocess.run([sys.executable, "-c", command], cwd=PROJECT, env=environment, check=True)

    # then nothing of it is left, though most of it does not care for SIGTERM
    assert alive(bearers(mark)) == []
    assert time.monotonic() - began_s < WITHIN_S


def test_another_launcher_decides_what_is_run_and_with_which_variables(tmp_path: Path) -> None:
    class Echo(Launcher):
        def command(self, module: str, flags: Sequence[str]) -> list[str]:
            return ["/bin/sh", "-c", 'echo "hello $NAME, $NEW"; sleep 60', module, *flags]

        def environment(self, given: Mapping[str, str]) -> dict[str, str]:
            return {"NAME": "you", **given}

    with PythonProcess("echo", (), tmp_path / "log", {"NEW": "too"}, launcher=Echo()) as process:
        assert process.wait_for_line(HELLO, WITHIN_S)[1] == "you, too"
        names = psutil.Process(process.pid).environ().keys()

    assert {"NAME", "NEW"} <= names
    assert not {"HOME", "PYTHONPATH"} & names


def test_last_lines_are_few_and_short(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"\xff\n" * 10_000 + b"x" * 1_000 + b"\nend")

    assert last_lines(log) == 3 * ["\ufffd"] + ["x" * LINE_CHARACTERS, "end"]


def test_a_log_that_is_not_there_has_no_last_lines(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "none") == []
