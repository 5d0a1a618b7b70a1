"""The watch as somebody uses it: it checks after a save, tells a hint, and ends cleanly."""

import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from load_test.experiment.family import alive
from load_test.experiment.processes import PROJECT

WITHIN_S = 60.0
POLL_S = 0.05
COMMAND = (sys.executable, "-m", "tests.checklist.watch")


class Session:
    """The watch on a terminal; `seen` is all that it has written there."""

    def __init__(self, folder: Path, temporary: Path) -> None:
        self.keyboard, self._terminal = pty.openpty()
        self.modes = termios.tcgetattr(self._terminal)
        self.process = subprocess.Popen(
            [*COMMAND, str(folder), "--progress", str(folder.with_name("progress.json"))],
            cwd=PROJECT, stdin=self._terminal, stdout=self._terminal, stderr=self._terminal,
            start_new_session=True,
            # A temporary folder of its own, and so none to wait for who measures meanwhile.
            env={**os.environ, "TMPDIR": str(temporary), "TERM": "xterm", "COLUMNS": "200"},
        )  # fmt: skip
        self.seen = ""
        self._temporary = temporary
        os.set_blocking(self.keyboard, False)

    def end_with(self, end: Callable[[], None]) -> int:
        """End it that way: its exit code. Nothing of it is left, and the terminal as it was."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        end()
        code = self.process.wait(WITHIN_S)
        assert alive(children) == []
        assert [each.name for each in self._temporary.iterdir() if each.is_dir()] == []
        assert termios.tcgetattr(self._terminal) == self.modes
        return code

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self.keyboard, key.encode())

    def wait_for(self, text: str) -> None:
        """Wait until it writes a text, after what was waited for last."""
        deadline_s = time.monotonic() + WITHIN_S
        while text not in self.seen:
            assert time.monotonic() < deadline_s, f"no {text!r} in {self.seen[-2000:]!r}"
            time.sleep(POLL_S)
            try:
                self.seen += os.read(self.keyboard, 65_536).decode(errors="replace")
            except BlockingIOError:
                continue
        self.seen = self.seen.partition(text)[2]

    def close(self) -> None:
        """End what is left."""
        self.process.kill()
        self.process.wait()
        os.close(self.keyboard)
        os.close(self._terminal)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A server that ends at once: checking it takes seconds."""
    folder = tmp_path / "attempt"
    folder.mkdir()
    (folder / "__main__.py").write_text("raise SystemExit('I do not want to')\n")
    return folder


@pytest.fixture
def session(folder: Path, tmp_path: Path) -> Iterator[Session]:
    """Somebody who watches it."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    session = Session(folder, temporary)
    yield session
    session.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_save_is_checked_and_keys_are_answered(session: Session, folder: Path) -> None:
    session.wait_for("watching attempt/")
    session.wait_for("I do not want to")  # in what was seen of handler.serves

    (folder / "app.py").write_text("x = 1\n")
    session.wait_for("app.py saved")
    session.wait_for("failed before")
    session.wait_for("I do not want to")

    session.press("h")
    session.wait_for("hint 2 of 3")  # the first one was shown beside what failed
    session.press("a")
    session.wait_for("all quick checks")
    assert session.end_with(lambda: session.press("q")) == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_save_during_a_run_begins_again(session: Session, folder: Path) -> None:
    (folder / "__main__.py").write_text("import time\ntime.sleep(1000)\n")
    session.wait_for("checks to come")
    session.wait_for("is refused")  # the title of a scenario that waits for the server
    (folder / "__main__.py").write_text("raise SystemExit('never')\n")
    session.wait_for("__main__.py saved")
    session.wait_for("never")
    assert session.end_with(lambda: session.process.send_signal(signal.SIGINT)) == 0


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_folder_that_goes_ends_it(session: Session, folder: Path) -> None:
    session.wait_for("watching attempt/")
    assert session.end_with(lambda: shutil.rmtree(folder)) == 1
    session.wait_for("is gone")


@pytest.mark.slow
def test_without_a_submission_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "holds no __main__.py" in done.stderr
    assert done.stderr.count("\n") == 1
