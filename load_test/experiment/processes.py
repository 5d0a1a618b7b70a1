"""Processes that an experiment starts: each with its log, and none that outlives it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self

import psutil

from load_test.experiment.family import Family, alive, bearers, marks_of_ours, new_mark
from load_test.experiment.guard import Limits

PROJECT = Path(__file__).parents[2]
POLL_S = 0.02
# What people are shown of a log that may hold anything, or nothing but one endless line.
LOG_LINES, LINE_CHARACTERS, LOG_END_BYTES = 5, 300, 8_192
# What a process says at its start stands in so much of its log.
LOG_START_BYTES = 1_000_000
# Of the 3 s within which Ctrl-C has stopped everything.
LAST_STOP_S = 1.5
# The connections of a process that dies break a moment before it has ended.
DEATH_S = 0.2


class ProcessFailed(Exception):
    """Raised when a process does not do what it must: `problem`, and its last log lines.

    `timed_out`: it took too long, and was ended or given up. `ended`: it is not there any more.
    `at_start`: it never got so far that it served.
    """

    def __init__(
        self, name: str, problem: str, log: Path, timed_out: bool = False, ended: bool = False
    ) -> None:
        self.problem = f"{name} {problem}"
        self.timed_out, self.ended, self.at_start = timed_out, ended, False
        lines = "".join(f"\n  {line}" for line in last_lines(log))
        super().__init__(self.problem + (f"; its log ends with:{lines}" if lines else ""))


@dataclass(frozen=True)
class Launcher:
    """How `python -m MODULE` is started. This one trusts the module, and treats it as if it were
    started by hand; the checklist derives one that does not (tests.checklist.sandbox).

    `limits` are the most that a server may take, and within `start_s` it must serve; None stands
    for what is usual.
    """

    limits: Limits | None = None
    start_s: float | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where it may write beside its data folder, and is watched for it."""
        return ()

    def command(self, module: str, flags: Sequence[str]) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", module, *flags]

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """All environment variables: `given` on top of ours, and this project to import."""
        paths = [str(PROJECT), os.environ.get("PYTHONPATH", "")]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **given}

    def options(self) -> dict[str, Any]:
        """More arguments of `subprocess.Popen`, such as the user whose process it is to be."""
        return {}

    def own(self, folder: Path) -> None:
        """Let it write into a data folder, which need not be there yet. Ours may anyway."""

    def find(self, pid: int) -> int:
        """The number of the module's process, by the number of the one that was started."""
        return pid


TRUSTING = Launcher()


class PythonProcess:
    """`python -m MODULE` in a process of its own, which prints to a log.

    A context manager: at its end the process is killed if it was not stopped before, and so is
    everything that it started and left behind. `pid` is its number, by which the system knows it.
    """

    def __init__(
        self,
        module: str,
        flags: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        folder: Path = PROJECT,
        launcher: Launcher = TRUSTING,
    ) -> None:
        """`module` is looked for in `folder`, then in this project; `environment` goes on top of
        ours. Another `launcher` may see to both differently.
        """
        self.name = module
        self.log = log
        mark = new_mark()
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                launcher.command(module, flags),
                cwd=folder,  # where `python -m` looks first
                env={**launcher.environment(environment), mark: "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for us; who is to stop then, and how, is our affair.
                start_new_session=True,
                **launcher.options(),
            )
        self.pid = launcher.find(self.process.pid)
        try:
            self.family = Family(self.pid, mark)
        except psutil.NoSuchProcess:  # it has ended by now; the one that was started still waits
            self.family = Family(self.process.pid, mark)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def running(self) -> bool:
        """Whether the process is still there."""
        return self.process.poll() is None

    def wait_for_line(self, pattern: re.Pattern[str], within_s: float) -> re.Match[str]:
        """Wait until the log holds what `pattern` finds. Raises ProcessFailed."""
        deadline_s = time.monotonic() + within_s
        while time.monotonic() < deadline_s:
            ended = not self.running  # asked first, so that its last words are read
            if found := pattern.search(_first_text(self.log)):
                return found
            if ended:
                raise self.failure(f"ended with exit code {self.process.returncode} at its start")
            time.sleep(POLL_S)
        raise self.failure(f"did not say within {within_s:g} s where it serves", timed_out=True)

    def ask_to_stop(self) -> None:
        """Send SIGTERM, and do not wait."""
        self.family.ask_to_stop()

    def wait(self, within_s: float) -> int:
        """Wait until it has ended; its exit code. Raises ProcessFailed if it takes too long."""
        return self._wait(within_s, f"did not end within {within_s:g} s")

    def stop(self, within_s: float) -> int:
        """Send SIGTERM and wait for the exit code. Raises ProcessFailed if it takes too long."""
        self.ask_to_stop()
        return self._wait(within_s, f"did not end within {within_s:g} s of SIGTERM")

    def _wait(self, within_s: float, otherwise: str) -> int:
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise self.failure(otherwise, timed_out=True) from None

    def kill(self) -> None:
        """End it and all that it started, at once, whatever of it still runs."""
        self.family.kill()
        with suppress(subprocess.TimeoutExpired):  # it is stuck in the kernel
            self.process.wait(LAST_STOP_S)

    def failure(self, problem: str, timed_out: bool = False) -> ProcessFailed:
        """The error that says what it did wrong."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(DEATH_S)
        return ProcessFailed(self.name, problem, self.log, timed_out, not self.running)


def last_lines(log: Path) -> list[str]:
    """The last lines of a log, each cut to a readable length, for people who ask why."""
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_END_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
        return [line[:LINE_CHARACTERS] for line in lines[-LOG_LINES:]]
    return []


def _first_text(log: Path) -> str:
    with log.open("rb") as file:
        return file.read(LOG_START_BYTES).decode(errors="replace")


def stop_on_signals() -> None:
    """From now on SIGTERM, and a terminal that is closed, end this process as Ctrl-C does."""

    def as_ctrl_c(number: int, frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    # Whoever starts us in the background may have Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, as_ctrl_c)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup asks for
        signal.signal(signal.SIGHUP, as_ctrl_c)


def stop_descendants() -> None:
    """The last thing a command does: end every process that it started and that still runs."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    living = alive([*psutil.Process().children(recursive=True), *bearers(marks_of_ours())])
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for process in living:
            with suppress(psutil.Error):
                end(process)
        deadline_s = time.monotonic() + LAST_STOP_S
        while (living := alive(living)) and time.monotonic() < deadline_s:
            time.sleep(POLL_S)
    psutil.wait_procs(psutil.Process().children(), LAST_STOP_S)  # so that none is left a zombie
