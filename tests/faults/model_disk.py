"""The disk under one life of a server: it does what disks do, fails as told, or stops a writer."""

import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from challenge import files

CALLS = ("read", "write_and_sync", "replace", "sync_folder")
FOR_GOOD = 1_000_000  # more often than any test lives to see
STOPPED_S = 30  # a writer that nobody let go on until then was forgotten


class Disk:
    """The calls of ``challenge.files`` on one folder. Those on others pass untouched, so the
    threads of a life that has ended disturb no other.

    The calls run in threads: what is noted here is set by one side and read by the other.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._failures: Counter[str] = Counter()  # that were injected, by call
        self._failing, self._times, self._error = "", 0, 0
        self._stop_at = ""
        self._go_on = threading.Event()
        self.stopped = threading.Event()  # a call waits where it was to stop
        self._patch = pytest.MonkeyPatch()
        for call in CALLS:
            self._patch.setattr(files, call, self._watched(call, getattr(files, call)))

    def close(self) -> None:
        """Give the calls back, and let one that was stopped go on."""
        self._patch.undo()
        self._go_on.set()

    def fail(self, call: str, times: int, error: int) -> None:
        """Let the next `times` such calls fail with that error number."""
        self._failing, self._times, self._error = call, times, error

    def recover(self) -> None:
        """Let nothing fail any more."""
        self._times = 0

    def stop_at(self, call: str) -> None:
        """Let the next such call wait until the disk is closed."""
        self._stop_at = call

    @property
    def failures(self) -> int:
        """How many calls have failed."""
        return self._failures.total()

    def has_failed(self, call: str) -> bool:
        """Whether such a call ever failed."""
        return self._failures[call] > 0

    @property
    def refuses_for_good(self) -> bool:
        """Whether waiting for a recovery is in vain."""
        return self._times > FOR_GOOD / 2

    def copy_to(self, folder: Path) -> None:
        """What a process would find that starts now, the writer having been killed."""
        folder.mkdir()
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # a temporary file that has just taken its place
                shutil.copy(path, folder)

    def _watched(self, call: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(path: Path, *rest: Any) -> Any:
            if self._folder not in (path, path.parent):
                return real(path, *rest)
            if self._stop_at == call:
                self.stopped.set()
                self._go_on.wait(STOPPED_S)
            if self._failing == call and self._times > 0:
                self._times -= 1
                self._failures[call] += 1
                if call == "write_and_sync":  # a part of it was written
                    path.write_bytes(rest[0][: len(rest[0]) // 2])
                raise OSError(self._error, os.strerror(self._error))
            return real(path, *rest)

        return watched
