"""How the processes of a submission are started: as those of somebody whom nobody knows.

They are given a workspace to import from, a temporary home, a handful of variables, and limits;
nothing of this project's folder, nothing of our environment. How far they are kept from our files
and processes depends on the machine: see `isolation`.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from load_test.experiment.guard import Limits
from load_test.experiment.processes import Launcher

MEGABYTE = 1_000_000
# A server is one process; the others are for who measures with a tool or two.
MOST_PROCESSES = 16
# The longest scenario keeps a server busy for less than a minute, on one core.
MOST_CPU_S = 150.0
MOST_LIFE_S = 150.0
MOST_DATA_BYTES = 300 * MEGABYTE  # a hundred times what a scenario stores
# Ours take half a second, or four if the machine has much else to do.
START_S = 15.0
# For files of the submission's own, which nobody else needs to read.
UMASK = 0o077
# Not root, where we are: inside, its user has no more rights than any other.
UID_IN_NAMESPACE = 1000
FIND_S = 5.0
POLL_S = 0.002

VARIABLES = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "TZ": "KST-9",  # who writes local time where UTC is promised is found out everywhere
    "PYTHONUNBUFFERED": "1",  # what it printed last is known, however it ends
    "EVENTLET_NO_GREENDNS": "yes",  # as our servers set it themselves
}


def limits() -> Limits:
    """The most that a process of a submission may take, with its children."""
    return Limits(
        processes=MOST_PROCESSES, cpu_s=MOST_CPU_S, life_s=MOST_LIFE_S, data_bytes=MOST_DATA_BYTES
    )


@dataclass(frozen=True, kw_only=True)
class Sandbox(Launcher):
    """Starts the processes of one submission.

    `home` and `workspace` are watched for what is written there. With `uid` they are processes of
    that user, otherwise ours. `apart`: each server sees no processes but its own, which end when it
    ends (a PID namespace of Linux, made by the command `unshare`).
    """

    workspace: Path
    home: Path
    start_s: float | None = START_S
    uid: int | None = None
    apart: bool = False

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where it may write beside its data folder."""
        return (self.home, self.workspace)

    def command(self, module: str, flags: Sequence[str]) -> list[str]:
        """The command line; `python -m` looks in the current folder, which is the workspace."""
        return self.python("-m", module, *flags)

    def python(self, *arguments: str) -> list[str]:
        """The command line of Python with some arguments, in this sandbox."""
        return [*self._namespace(), sys.executable, "-s", *arguments]

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """All its variables: few, a home of its own, and what a scenario gives."""
        return {**VARIABLES, "HOME": str(self.home), "TMPDIR": str(self.home), **given}

    def options(self) -> dict[str, Any]:
        """Whose processes they are, unless `unshare` sees to that: it must be root before."""
        options: dict[str, Any] = {"umask": UMASK}
        if self.uid is not None and not self.apart:
            options |= {"user": self.uid, "group": self.uid, "extra_groups": ()}
        return options

    def own(self, folder: Path) -> None:
        """Give a data folder, and all in it, to the user."""
        if self.uid is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.uid, follow_symlinks=False)
        # By handles of folders, so that no link that is put there meanwhile leads elsewhere.
        for _, folders, files, handle in os.fwalk(folder):
            for name in (*folders, *files):
                os.chown(name, self.uid, self.uid, dir_fd=handle, follow_symlinks=False)

    def find(self, pid: int) -> int:
        """The number of the server's process; `unshare` has started it, and waits for it."""
        deadline_s = time.monotonic() + FIND_S
        with suppress(psutil.Error):
            started = psutil.Process(pid)
            while self.apart and time.monotonic() < deadline_s:
                if children := started.children():
                    return children[0].pid
                if started.status() == psutil.STATUS_ZOMBIE:
                    break
                time.sleep(POLL_S)
        return pid

    def _namespace(self) -> list[str]:
        if not self.apart:
            return []
        # In this order: it makes the namespace, starts us in it, shows us the processes there.
        pid_namespace = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        if self.uid is not None:
            return [*pid_namespace, f"--setuid={self.uid}", f"--setgid={self.uid}", "--"]
        uid, gid = os.getuid() or UID_IN_NAMESPACE, os.getgid() or UID_IN_NAMESPACE
        return [*pid_namespace, "--user", f"--map-user={uid}", f"--map-group={gid}", "--"]
