"""Processes that outlive their server: found and ended, whatever they did to be forgotten.

A server's own end takes its descendants, its process group, and all that bear its mark in their
environment. What threw that away, in a session of its own, becomes the child of init when its
parents end; on Linux a process may ask to be that init for all its descendants. We ask, so that
they turn up among our own children. Elsewhere only another user's processes are found for sure.
"""

import ctypes
import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil

from load_test.experiment.family import alive, bearers, marks_of_ours

PR_SET_CHILD_SUBREAPER = 36  # of <sys/prctl.h>
LOOK_AGAIN_S = 0.05
END_S = 3.0  # a process that is stuck in the kernel may never go


class Orphans:
    """Processes whose parents have ended since this object was made, and which came to us."""

    def __init__(self) -> None:
        """From now on be the parent of such, where the system can: then, for all its life."""
        if sys.platform == "linux":
            ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._known = set(psutil.Process().children())

    def end(self) -> None:
        """End them, and the children that they leave to us.

        A server that another thread starts in this moment looks like one, before it is what it
        will be: who is taken for an orphan must look like one twice.
        """
        deadline_s = time.monotonic() + END_S
        while (first := self._look()) and time.monotonic() < deadline_s:
            time.sleep(LOOK_AGAIN_S)
            _kill(orphans := first & self._look())
            psutil.wait_procs(orphans, END_S)

    def _look(self) -> set[psutil.Process]:
        """Children of ours that are new, in another session, and without a mark: not started by us.

        Servers have their mark, and are ended by who started them.
        """
        marked = set(bearers(marks_of_ours()))
        found = set()
        for child in set(alive(psutil.Process().children())) - self._known - marked:
            with suppress(OSError):
                if os.getsid(child.pid) != os.getsid(0):
                    found.add(child)
        return found


def end_user(uid: int) -> None:
    """End all processes of a user."""
    deadline_s = time.monotonic() + END_S
    while (found := _of_user(uid)) and time.monotonic() < deadline_s:
        _kill(found)
        time.sleep(LOOK_AGAIN_S)


def _kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):  # it has ended
            process.kill()


def _of_user(uid: int) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.uids().real == uid:
                found.append(process)
    return alive(found)
