"""Ways to make the disk refuse what a running server writes, from outside, and to let it recover.

Nothing is injected into the server: the operating system answers its calls with real errors. What
a system does not offer is left out, and the way that was used is told with what was seen.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import psutil

from tests.checklist.scenarios.file_watch import MESSAGE_FILE
from tests.checklist.scenarios.stored import read_stored

# A server's log is a file, too, and must not reach a limit that is meant for its messages.
ROOM_FOR_THE_LOG_BYTES = 100_000
READ_ONLY_FOLDER, READ_ONLY_FILE = 0o555, 0o444

# Of the process with a number, in its data folder; until the context is left, which tells how.
Refusal = Callable[[int, Path], AbstractContextManager[str]]


@contextmanager
def no_growth(pid: int, data_dir: Path) -> Iterator[str]:
    """No file may grow beyond the smallest message file that leaves room for the log.

    Python ignores the signal that comes with it, so writing fails with EFBIG.
    """
    sizes = [path.stat().st_size for path in _message_files(data_dir)]
    large = (size for size in sizes if size > ROOM_FOR_THE_LOG_BYTES)
    limit_bytes = min(large, default=ROOM_FOR_THE_LOG_BYTES)
    before = {each: each.rlimit(psutil.RLIMIT_FSIZE) for each in _processes(pid)}
    try:
        for process, (_, most) in before.items():
            process.rlimit(psutil.RLIMIT_FSIZE, (limit_bytes, most))
        yield f"no file could grow beyond {limit_bytes:,} bytes (RLIMIT_FSIZE)"
    finally:
        for process, limits in before.items():
            with suppress(psutil.NoSuchProcess):
                process.rlimit(psutil.RLIMIT_FSIZE, limits)


@contextmanager
def read_only(pid: int, data_dir: Path) -> Iterator[str]:
    """The data folder and its message files cannot be written, by who is not root."""
    paths = [*_message_files(data_dir), data_dir]
    before = {path: path.stat().st_mode for path in paths}
    try:
        for path in paths:
            path.chmod(READ_ONLY_FOLDER if path.is_dir() else READ_ONLY_FILE)
        yield "the data folder was read-only"
    finally:
        for path, mode in reversed(before.items()):
            path.chmod(mode)


@contextmanager
def no_next_file(pid: int, data_dir: Path) -> Iterator[str]:
    """A folder stands where the next message file has to be: what fits into the last one is
    written, and everything behind it fails with EISDIR, for whatever user and system.
    """
    names = (MESSAGE_FILE.fullmatch(path.name) for path in _message_files(data_dir))
    last = max((int(name[1]) for name in names if name), default=0)
    obstacle = data_dir / f"messages_{last + 1}.json"
    obstacle.mkdir()
    try:
        yield f"a folder stood in the place of {obstacle.name}"
    finally:
        with suppress(OSError):  # the server moved it out of its way, and need not wait for us
            obstacle.rmdir()


def best_way(pid: int) -> Refusal:
    """The way that refuses most, of those that this system offers."""
    if _may_limit(pid):
        return no_growth
    if sys.platform != "win32" and all(each.uids().effective for each in _processes(pid)):
        return read_only
    return no_next_file


def _may_limit(pid: int) -> bool:
    """Whether the system has limits for other processes, as Linux, and lets us change these."""
    with suppress(psutil.AccessDenied):
        return hasattr(psutil, "RLIMIT_FSIZE") and all(
            each.rlimit(psutil.RLIMIT_FSIZE) for each in _processes(pid)
        )
    return False


def _processes(pid: int) -> list[psutil.Process]:
    """The server and its children: it may run below what keeps it in its sandbox."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def _message_files(data_dir: Path) -> list[Path]:
    return [data_dir / file.name for file in read_stored(data_dir).files]
