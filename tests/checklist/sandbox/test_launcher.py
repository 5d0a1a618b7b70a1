"""A submission's process has what it needs, and nothing that is ours."""

import json
import os
import signal
from pathlib import Path

import psutil
import pytest

from load_test.experiment.family import alive
from load_test.experiment.processes import PROJECT
from tests.checklist.sandbox.conftest import Start, said
from tests.checklist.sandbox.isolation import Level, Way
from tests.checklist.sandbox.launcher import VARIABLES, Sandbox

WITHIN_S = 10.0
LOOKS_AROUND = """
import importlib.util, json, os, pathlib, psutil, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: os._exit(7))
seen = {
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "path": sys.path,
    "found": list(filter(importlib.util.find_spec, ("tests", "load_test", "solution"))),
    "home": str(pathlib.Path.home()),
    "uid": os.getuid(),
    "rss": psutil.Process().memory_info().rss,
    "others": [process.pid for process in psutil.process_iter() if process.pid != os.getpid()],
}
(pathlib.Path.home() / "note").touch()
print("ready", json.dumps(seen))
time.sleep(60)
"""
HAS_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env={})
print("ready", flush=True)
time.sleep(60)
"""
WRITES = """
import pathlib
folder = pathlib.Path({folder!r})
(folder / "messages_1.json").write_text("written")
(folder / "messages_2.json").touch()
print("ready")
"""


def test_its_environment_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONSTARTUP", "evil.py")
    monkeypatch.setenv("A_PASSWORD", "12345")
    sandbox = Sandbox(workspace=tmp_path / "workspace", home=tmp_path / "home")

    environment = sandbox.environment({"OTEL_TRACES_EXPORTER": "none"})

    assert environment.keys() == {*VARIABLES, "HOME", "TMPDIR", "OTEL_TRACES_EXPORTER"}
    assert environment["HOME"] == environment["TMPDIR"] == str(tmp_path / "home")


@pytest.mark.slow
def test_it_sees_the_workspace_and_its_home_and_nothing_of_ours(
    way: Way, sandbox: Sandbox, start: Start
) -> None:
    process = start(LOOKS_AROUND)

    seen = json.loads(said(process))
    mark = {name for name in seen["environment"] if name.startswith("NEW_YEAR_STARTED_BY_")}
    assert seen["environment"].keys() - mark == {*VARIABLES, "HOME", "TMPDIR", "GIVEN"}
    assert seen["folder"] == str(sandbox.workspace)
    assert str(PROJECT) not in seen["path"]
    assert seen["found"] == []
    assert seen["home"] == str(sandbox.home)
    assert (sandbox.home / "note").exists()
    assert seen["rss"] > 0
    assert bool(seen["others"]) is not way.apart
    if way.level is Level.OTHER_USER:
        assert seen["uid"] == sandbox.uid != os.getuid()


@pytest.mark.slow
def test_its_number_and_its_end_are_those_of_the_server(start: Start) -> None:
    process = start(LOOKS_AROUND)

    # what counts and asks it to stop reaches the server itself, whoever started it
    assert "attempt" in psutil.Process(process.pid).cmdline()
    assert psutil.Process(process.pid).cmdline()[0] != "unshare"
    assert process.stop(WITHIN_S) == 7


@pytest.mark.slow
def test_a_crash_is_an_end(start: Start) -> None:
    process = start("import ctypes\nprint('ready')\nctypes.string_at(0)\n")

    assert process.wait(WITHIN_S) != 0


@pytest.mark.slow
def test_a_kill_is_an_end(start: Start) -> None:
    process = start(LOOKS_AROUND)

    os.kill(process.pid, signal.SIGKILL)

    assert process.wait(WITHIN_S) != 0


@pytest.mark.slow
def test_its_children_end_with_it(start: Start) -> None:
    process = start(HAS_A_CHILD)
    (child,) = psutil.Process(process.pid).children()

    process.kill()

    assert alive([child]) == []


@pytest.mark.slow
def test_a_data_folder_is_its_own_to_write_into(
    sandbox: Sandbox, start: Start, tmp_path: Path
) -> None:
    # given a data folder with a file of ours in it, and a link that leads out
    data, outside = sandbox.home.parent / "data", tmp_path / "outside"
    data.mkdir()
    outside.touch()
    (data / "messages_1.json").write_text("[]")
    (data / "link").symlink_to(outside)
    owner = outside.stat().st_uid

    sandbox.own(data)
    process = start(WRITES.format(folder=str(data)))

    assert process.wait(WITHIN_S) == 0
    assert (data / "messages_1.json").read_text() == "written"
    assert outside.stat().st_uid == owner
