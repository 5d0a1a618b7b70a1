"""How far a submission is kept from the grader: the best that this machine offers.

none            its processes are ours: they may read and write what we may, and end us
user namespace  on Linux, where `unshare` may be used: they see no process but their own, and none
                of them outlives its server; our files are open to them still
other user      where we are root, and others may run our Python: a user without rights, who reads
                and writes nothing of ours; on Linux, if possible, it sees no other process either

The network is not cut, and a file that all users may read is no secret on any level.
"""

import functools
import itertools
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from tests.checklist.sandbox.launcher import Sandbox, limits

# Free for such uses by the conventions of Linux distributions; no account has one of them.
UIDS = range(61_184, 65_520)
# What all servers need: a standard library, a package of the environment, and a home to write to.
TRIAL = """
import pathlib, psutil
psutil.Process().memory_info()
(pathlib.Path.home() / "tried").touch()
"""
TRIAL_S = 10.0
# Others may pass through to what they know by name, and list nothing.
PASSAGE = 0o711

_uids = itertools.count(secrets.randbelow(len(UIDS)))


class Level(StrEnum):
    """The levels, as reports name them."""

    NONE = "none"
    USER_NAMESPACE = "user namespace"
    OTHER_USER = "other user"


@dataclass(frozen=True)
class Way:
    """A way to reach a level. `apart`: in a PID namespace."""

    level: Level
    apart: bool

    def sandbox(self, folder: Path) -> Sandbox:
        """A sandbox with its home and workspace in `folder`, which is empty so far."""
        folder.chmod(PASSAGE)
        uid = _unused_uid() if self.level is Level.OTHER_USER else None
        workspace, home = folder / "workspace", folder / "home"
        made = Sandbox(limits=limits(), workspace=workspace, home=home, uid=uid, apart=self.apart)
        workspace.mkdir()
        home.mkdir()
        made.own(home)
        return made


WAYS = (
    Way(Level.OTHER_USER, apart=True),
    Way(Level.OTHER_USER, apart=False),
    Way(Level.USER_NAMESPACE, apart=True),
    Way(Level.NONE, apart=False),
)


def best_way() -> Way:
    """The first of the ways that works here."""
    return next(way for way in WAYS if works(way))


@functools.cache
def works(way: Way) -> bool:
    """Whether Python runs that way, and can do what servers do; found out by trying, once."""
    if way.level is Level.NONE:
        return True
    if way.apart and (sys.platform != "linux" or not shutil.which("unshare")):
        return False
    if way.level is Level.OTHER_USER and os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory(prefix="chat-") as name:
        sandbox = way.sandbox(Path(name))
        try:
            subprocess.run(
                sandbox.python("-c", TRIAL), env=sandbox.environment({}), cwd=sandbox.workspace,
                stdin=subprocess.DEVNULL, capture_output=True, timeout=TRIAL_S, check=True,
                **sandbox.options(),
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return False
        return (sandbox.home / "tried").exists()


def _unused_uid() -> int:
    """A uid that no process has, another one each time."""
    used = {uid for process in psutil.process_iter(["uids"]) for uid in process.info["uids"] or ()}
    return next(uid for number in _uids if (uid := UIDS[number % len(UIDS)]) not in used)
