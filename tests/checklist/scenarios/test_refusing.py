"""Tests of the ways to make a disk refuse: on a process that writes as servers do."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.checklist.scenarios.refusing import best_way, no_growth, no_next_file, read_only

pytestmark = pytest.mark.slow
LIMITED = hasattr(psutil, "RLIMIT_FSIZE")
SMALL, LARGE = 2, 150_000  # bytes; the limit is for files larger than a log
NOBODY = 65_534
# Writes a file beside the one that is named, and replaces it; says "ok", or what the system said.
WRITER = """
import errno, os, pathlib, sys
if len(sys.argv) > 1:
    os.setuid(int(sys.argv[1]))
print("ready", flush=True)
for line in sys.stdin:
    name, size = line.split()
    path = pathlib.Path(name)
    try:
        temporary = path.with_name(path.name + ".tmp")
        temporary.write_bytes(bytes(int(size)))
        temporary.replace(path)
        told = "ok"
    except OSError as error:
        told = errno.errorcode[error.errno]
    print(told, flush=True)
"""


class Writer:
    """A process that writes files into its folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, *arguments],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready"

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self.process.pid

    def write(self, name: str, size: int) -> str:
        """Let it write so many bytes; "ok", or the name of the error."""
        assert self.process.stdin
        self.process.stdin.write(f"{name} {size}\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self.process.stdout
        return str(self.process.stdout.readline().strip())


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with two message files, of which the first is large."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "messages_1.json").write_text(json.dumps(["." * LARGE]))
        (folder / "messages_2.json").write_text("[]")
        yield folder


@pytest.fixture
def writer(folder: Path) -> Iterator[Writer]:
    """One of our own processes."""
    yield from _living(Writer(folder))


@pytest.fixture
def nobody(folder: Path) -> Iterator[Writer]:
    """A process that is not root, who may write whatever is read-only."""
    if os.geteuid() != 0:
        yield from _living(Writer(folder))
        return
    for path in (folder, *folder.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    yield from _living(Writer(folder, str(NOBODY)))


def _living(writer: Writer) -> Iterator[Writer]:
    with writer.process:
        yield writer
        writer.process.kill()


@pytest.mark.skipif(not LIMITED, reason="this system has no limits for other processes")
def test_files_do_not_grow_beyond_the_smallest_large_one(writer: Writer) -> None:
    size = (writer.folder / "messages_1.json").stat().st_size

    with no_growth(writer.pid, writer.folder) as way:
        assert f"{size:,}" in way
        assert writer.write("messages_1.json", size + 1) == "EFBIG"
        assert writer.write("server.log", SMALL) == "ok"

    assert writer.write("messages_1.json", size + 1) == "ok"


def test_a_read_only_folder_takes_nothing(nobody: Writer) -> None:
    with read_only(nobody.pid, nobody.folder):
        assert nobody.write("messages_1.json", SMALL) == "EACCES"
        assert nobody.write("messages_3.json", SMALL) == "EACCES"

    assert nobody.write("messages_1.json", SMALL) == "ok"


def test_only_the_next_file_cannot_be_written(writer: Writer) -> None:
    with no_next_file(writer.pid, writer.folder) as way:
        assert "messages_3.json" in way
        assert writer.write("messages_3.json", SMALL) == "EISDIR"
        assert writer.write("messages_2.json", SMALL) == "ok"

    assert writer.write("messages_3.json", SMALL) == "ok"


@pytest.mark.parametrize("who", ["writer", "nobody"])
def test_the_best_way_refuses_every_write(who: str, request: pytest.FixtureRequest) -> None:
    refused: Writer = request.getfixturevalue(who)
    size = (refused.folder / "messages_1.json").stat().st_size

    with best_way(refused.pid)(refused.pid, refused.folder):
        assert refused.write("messages_1.json", size + 1) != "ok"

    assert refused.write("messages_1.json", size + 1) == "ok"
