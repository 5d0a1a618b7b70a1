"""The few file calls that everything goes through. Faults are injected here.

They run in eventlet's thread pool, because a file blocks every greenlet of its thread. So they
touch bytes and ``os`` only: logging, locking or tracing in that pool hangs the process
(eventlet#432).
"""

import os
import time
from pathlib import Path

TEMPORARY = ".tmp"


def read(path: Path) -> bytes:
    """All bytes of a file."""
    return path.read_bytes()


def write_durably(path: Path, data: bytes) -> float:
    """Give the file new content that survives a crash and a power loss; seconds spent in fsync.

    Readers see the old content or the new, never a part: the new is written beside the old and
    takes its place in one step. On an OSError before that step nothing has changed; after it the
    new content is in place, perhaps not durably, and writing it once more is safe.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        fsync_s = write_and_sync(temporary, data)
        replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return fsync_s + sync_folder(path.parent)


def write_and_sync(path: Path, data: bytes) -> float:
    """Write a file and wait until it is on the disk; seconds spent in fsync."""
    with path.open("wb", buffering=0) as file:
        left = memoryview(data)
        while left:  # an unbuffered write may take less than it was given
            left = left[file.write(left) :]
        started = time.perf_counter()
        os.fsync(file.fileno())
    return time.perf_counter() - started


def replace(temporary: Path, path: Path) -> None:
    """Let the temporary file take the place of the other, in one step."""
    temporary.replace(path)


def sync_folder(folder: Path) -> float:
    """Wait until the folder's names are on the disk; seconds that took."""
    started = time.perf_counter()
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return time.perf_counter() - started
