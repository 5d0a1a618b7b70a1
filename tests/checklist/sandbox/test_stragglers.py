"""What threw away its parents, its session and its environment is found, and ended."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from load_test.experiment.processes import PythonProcess
from tests.checklist.sandbox.conftest import Start
from tests.checklist.sandbox.launcher import Sandbox
from tests.checklist.sandbox.stragglers import Orphans, end_user
from tests.load_test.experiment.conftest import make_package

pytestmark = pytest.mark.slow

# A child whose parent ends, with the mark as the last word of its command line.
LEAVES = """
import subprocess, sys, time
sleeps = [sys.executable, "-c", "import time; time.sleep(60)", MARK]
leaves = f"import subprocess; subprocess.Popen({sleeps}, env={{}}, start_new_session=True)"
subprocess.run([sys.executable, "-c", leaves], env={}, check=True)
print("ready")
time.sleep(60)
"""


def stragglers(mark: str) -> list[psutil.Process]:
    """The processes with this word in their command line, wherever they are."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        command = process.info["cmdline"] or []
        if command and command[-1] == mark and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="nobody else adopts orphans")
def test_an_orphan_ends(sandbox: Sandbox, start: Start, tmp_path: Path) -> None:
    mark = f"straggler of {tmp_path}"
    orphans = Orphans()
    process = start(f"MARK = {mark!r}\n{LEAVES}")
    assert len(stragglers(mark)) == 1

    process.kill()
    orphans.end()

    assert stragglers(mark) == []


def test_another_user_keeps_nothing(sandbox: Sandbox, start: Start, tmp_path: Path) -> None:
    if sandbox.uid is None:
        pytest.skip("only another user has processes of its own to end")
    mark = f"straggler of {tmp_path}"
    start(f"MARK = {mark!r}\n{LEAVES}")
    assert len(stragglers(mark)) == 1

    end_user(sandbox.uid)

    assert stragglers(mark) == []


def test_who_is_ours_is_no_orphan(tmp_path: Path) -> None:
    # given a process that was there before, one of our session, and one that has its mark
    sleeps = [sys.executable, "-c", "import time; time.sleep(60)"]
    package = make_package(tmp_path, "server", "import time; time.sleep(60)")
    with subprocess.Popen(sleeps, start_new_session=True) as before:
        orphans = Orphans()
        with (
            subprocess.Popen(sleeps) as ours,
            PythonProcess("server", (), tmp_path / "log", {}, package.folder) as server,
        ):
            orphans.end()

            # then all of them are left alone
            assert before.poll() is ours.poll() is None
            assert server.running
            ours.kill()
        before.kill()
