"""Submissions of one file in a sandbox, started in each of the ways that this machine offers."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from load_test.experiment.processes import PythonProcess
from tests.checklist.sandbox.isolation import WAYS, Way, works
from tests.checklist.sandbox.launcher import Sandbox

READY = re.compile("^ready ?(.*)\n", re.MULTILINE)
START_S = 15.0

Start = Callable[[str], PythonProcess]


@pytest.fixture(params=WAYS, ids=lambda way: f"{way.level}{', apart' if way.apart else ''}")
def way(request: pytest.FixtureRequest) -> Way:
    """One after the other, all ways that work here."""
    way: Way = request.param
    if not works(way):
        pytest.skip(f"nothing runs as '{way.level}' here: see the guide, 'What isolation does not'")
    return way


@pytest.fixture
def sandbox(way: Way) -> Iterator[Sandbox]:
    """A sandbox of that way, in a folder that others may pass through."""
    with TemporaryDirectory(prefix="chat-") as folder:
        sandbox = way.sandbox(Path(folder))
        yield sandbox


@pytest.fixture
def start(sandbox: Sandbox, tmp_path: Path) -> Iterator[Start]:
    """Starts a package of one file, which prints `ready` and something, and waits until it did."""
    started = []

    def start(source: str) -> PythonProcess:
        package = sandbox.workspace / "attempt"
        package.mkdir(mode=0o755)
        (package / "__main__.py").write_text(source)
        log = tmp_path / "log"
        process = PythonProcess("attempt", (), log, {"GIVEN": "1"}, sandbox.workspace, sandbox)
        started.append(process)
        process.wait_for_line(READY, START_S)
        return process

    yield start
    for process in started:
        process.kill()


def said(process: PythonProcess) -> str:
    """What it printed behind `ready`."""
    return process.wait_for_line(READY, START_S)[1]
