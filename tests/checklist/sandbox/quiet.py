"""Who measures has the machine for itself: two locks that all gradings of a user on it share.

Those of other users, or with another TMPDIR, are not waited for: a lock that everybody may open
could be held by a submission, too, and then nobody would be graded.

Whoever works holds the lock of the room, together with others or alone. Who wants to be alone
closes the door before: else, with others coming and going, the room would never be empty.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = tempfile.gettempdir()
DOOR, ROOM = "door", "room"


@contextmanager
def among_others() -> Iterator[None]:
    """Work while others may work, too; waits while somebody is alone, or waits for that."""
    with _locked(DOOR, fcntl.LOCK_SH):
        pass
    with _locked(ROOM, fcntl.LOCK_SH):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """Work while nobody else does; waits until all who are there have ended."""
    with _locked(DOOR, fcntl.LOCK_EX), _locked(ROOM, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(name: str, how: int) -> Iterator[None]:
    # Each user has its own, since one cannot trust what others leave in a folder for everybody.
    path = Path(FOLDER) / f"new-year-checklist-{os.getuid()}.{name}"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, how)  # the end of the process, if nothing else, opens it again
        yield
    finally:
        os.close(handle)
