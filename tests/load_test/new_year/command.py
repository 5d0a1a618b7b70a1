"""The command as people run it: to its end without a terminal, or on one, with somebody typing."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.behaviour.servers import ROOT, wait_until

SCRIPT = "new_year_load_test.py"
FOLDER = ROOT / "load_test"
END_S = 30


def command(*flags: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """The command, run to its end in its folder."""
    return subprocess.run(
        [python, SCRIPT, *flags],
        cwd=FOLDER, capture_output=True, text=True, timeout=END_S, stdin=subprocess.DEVNULL,
    )  # fmt: skip


class Terminal:
    """The command on a terminal, with somebody who reads and types."""

    def __init__(self, *flags: str, script: Path = FOLDER / SCRIPT) -> None:
        self.shown = ""
        self._command = [sys.executable, str(script), *flags]
        self._read_until = 0

    def __enter__(self) -> Self:
        self._screen, terminal = pty.openpty()
        os.set_blocking(self._screen, False)
        self.process = subprocess.Popen(
            self._command, cwd=FOLDER, stdin=terminal, stdout=terminal, stderr=terminal
        )
        os.close(terminal)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._screen)

    def answer(self, question: str, text: str) -> None:
        """Wait for a question and type the answer."""
        self.wait_for(re.escape(question))
        os.write(self._screen, f"{text}\n".encode())

    def wait_for(self, pattern: str) -> None:
        """Wait until something is shown, after what was waited for before."""
        wait_until(lambda: self._shows(pattern), f"{pattern!r} on the screen", END_S)

    def _shows(self, pattern: str) -> bool:
        try:
            self.shown += os.read(self._screen, 65_536).decode()
        except OSError:  # nothing new, or the command has ended
            pass
        found = re.compile(pattern).search(self.shown, self._read_until)
        self._read_until = found.end() if found else self._read_until
        return bool(found)
