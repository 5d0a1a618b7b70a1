"""A process and all that it started: found and ended together.

A child that outlives its parent belongs to nobody, and one that left the session of its parent
gets none of its signals. So each process that we start has a variable of its own in its
environment, the mark, and whatever it starts inherits that. The price is a look at the environment
of every process of the machine, about 15 microseconds each, when one is ended. A process that
threw away its environment is only found as long as its parents live.
"""

import os
import secrets
import signal
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil

MARK = "NEW_YEAR_STARTED_BY_"
LOOK_AGAIN_S = 0.02
# One that is stuck in the kernel may never go; nothing more can be done about it.
KILL_S = 3.0


def new_mark() -> str:
    """The name of an environment variable that no other process has; its value is no matter."""
    return f"{marks_of_ours()}{secrets.token_hex(8)}"


def marks_of_ours() -> str:
    """What the marks begin with that this process gives away."""
    return f"{MARK}{os.getpid()}_"


class Family:
    """The process with the number `pid`, its descendants, and all that bear `mark`."""

    def __init__(self, pid: int, mark: str) -> None:
        self._parent = psutil.Process(pid)  # psutil notices when the number is used again
        self._mark = mark

    def descendants(self) -> list[psutil.Process]:
        """Children and their children; without those whose parents have ended."""
        with suppress(psutil.Error):
            return self._parent.children(recursive=True)
        return []

    def rss_bytes(self, descendants: Iterable[psutil.Process]) -> int:
        """The resident memory of the process and these descendants; shared pages count for each."""
        total = 0
        for process in (self._parent, *descendants):
            with suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def listens_at(self, port: int) -> bool:
        """Whether one of them accepts connections at that port, as far as the system tells."""
        for process in (self._parent, *self.descendants()):
            try:
                for each in process.net_connections("tcp"):
                    if each.status == psutil.CONN_LISTEN and each.laddr.port == port:
                        return True
            except psutil.AccessDenied:
                return True
            except psutil.Error:  # it has ended
                continue
        return False

    def cpu_s(self, descendants: Iterable[psutil.Process]) -> float:
        """The processor time of the process and these descendants, and of children that ended."""
        total = 0.0
        for process in (self._parent, *descendants):
            with suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])  # user, system, and both of ended children
        return total

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process itself."""
        with suppress(psutil.Error):  # it has ended
            self._parent.terminate()

    def kill(self) -> None:
        """End all of them at once, and those that they start meanwhile; returns when they ended."""
        self._kill_group()
        deadline_s = time.monotonic() + KILL_S
        while living := alive((self._parent, *self.descendants(), *bearers(self._mark))):
            for process in living:
                with suppress(psutil.Error):
                    process.kill()
            if time.monotonic() > deadline_s:
                return
            time.sleep(LOOK_AGAIN_S)

    def _kill_group(self) -> None:
        """End its group in one go: who forks without an end is faster than any list of ours."""
        with suppress(psutil.Error, OSError):
            group = os.getpgid(self._parent.pid)
            if self._parent.is_running() and group != os.getpgrp():
                os.killpg(group, signal.SIGKILL)


def bearers(mark: str) -> list[psutil.Process]:
    """The processes of this machine that have a variable whose name begins with `mark`."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # it has ended, or is not ours to look at
            if any(name.startswith(mark) for name in process.environ()):
                found.append(process)
    return found


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run: each once, and none that only waits for its parent to notice."""
    living = []
    for process in set(processes):
        with suppress(psutil.Error):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
    return living
