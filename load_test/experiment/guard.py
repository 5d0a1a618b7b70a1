"""The guard of a server: a thread that ends it when it takes too much of the machine, or too long.

Whoever waits for the server then sees it go, and `reason` tells why. So no wait for a server needs
care of its own: an answer that never ends, memory, processes, a log or folders that grow without
bound, all end here. The price is a share of the generator's interpreter: a look takes 0.03 ms ten
times a second, and once a second 0.01 ms more for each process of the machine, to find children.
And what is written between two looks is written: the limits say when it ends, not the most there
can be.
"""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from load_test.experiment.family import Family
from load_test.experiment.quantities import size

LOOK_S = 0.1
LOOKS_PER_SEARCH = 10  # children and data folder are looked for once a second
# Ten times what our servers take; a laptop that begins to swap measures nothing.
MOST_RSS_BYTES = 1_500_000_000
MOST_RSS_SHARE = 0.5  # of the machine's memory, if that is less
# A minute of our servers at their most talkative is 100 kB.
MOST_LOG_BYTES = 20_000_000
KEPT_LOG_BYTES = 100_000
MOST_DATA_BYTES = 1_000_000_000  # a million messages are 250 MB
FILE_BYTES = 4_096  # the least that a file takes, so that empty ones cannot be without number


def _most_rss_bytes() -> int:
    return min(MOST_RSS_BYTES, round(MOST_RSS_SHARE * psutil.virtual_memory().total))


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most that a server may take before it is ended."""

    rss_bytes: int = field(default_factory=_most_rss_bytes)  # with its children
    log_bytes: int = MOST_LOG_BYTES
    data_bytes: int = MOST_DATA_BYTES  # with other folders that it may write to
    processes: float = math.inf  # at a time, itself included
    cpu_s: float = math.inf  # with its children
    life_s: float = math.inf  # from its start


class Guard:
    """Watches a family until `end`; `reason` is None, or why the guard ended the family.

    `timed_out` says that the reason is one of time, and not that it took too much.
    `peak_rss_bytes` is the most resident memory that was seen, children included; None before the
    first look. The kernel's own peak will not do: that of a new process begins with ours.
    """

    def __init__(
        self,
        family: Family,
        log: Path,
        data_dir: Path,
        limits: Limits,
        deadline_s: float | None,
        more_folders: Sequence[Path] = (),
    ) -> None:
        """`deadline_s` is a moment of `time.monotonic`, by which the family must be gone."""
        self.reason: str | None = None
        self.timed_out = False
        self.peak_rss_bytes: int | None = None
        self._family, self._log, self._limits = family, log, limits
        self._folders = (data_dir, *more_folders)
        self._children: Sequence[psutil.Process] = ()
        self._data_bytes = 0
        self._started_s = time.monotonic()
        self._deadlines: list[tuple[float, str]] = []  # each with what to say when it is missed
        last_s = self._started_s + limits.life_s
        if deadline_s is not None:
            last_s = min(last_s, deadline_s)
        allowed_s = max(0.0, last_s - self._started_s)
        self._deadlines.append((last_s, f"took longer than its {allowed_s:.1f} s"))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"guard of {log}", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Look no more. The log is within its limit then."""
        self._ended.set()
        self._thread.join()

    @contextmanager
    def within(self, seconds: float, otherwise: str) -> Iterator[None]:
        """End the family, with the reason `otherwise`, if the block takes longer than that."""
        deadline = (time.monotonic() + seconds, otherwise)
        self._deadlines.append(deadline)
        try:
            yield
        finally:
            self._deadlines.remove(deadline)

    def _watch(self) -> None:
        looks = crowd = 0
        while self.reason is None and not self._ended.wait(LOOK_S):
            grown_by = len(psutil.pids()) - crowd
            if looks % LOOKS_PER_SEARCH == 0 or grown_by > self._limits.processes:
                crowd += grown_by
                self._children = self._family.descendants()
                self._data_bytes = sum(map(folder_bytes, self._folders))
            looks += 1
            self.reason = self._look()
        if self.reason:
            self._family.kill()
        shorten(self._log, self._limits.log_bytes)

    def _look(self) -> str | None:
        """What is wrong, if anything is."""
        now_s = time.monotonic()
        for deadline_s, problem in tuple(self._deadlines):
            if now_s > deadline_s:
                self.timed_out = True
                return problem
        rss_bytes = self._family.rss_bytes(self._children)
        self.peak_rss_bytes = max(rss_bytes, self.peak_rss_bytes or 0) or None
        cpu_s = self._family.cpu_s(self._children)
        processes = 1 + len(self._children)
        limits = self._limits
        where = "data folder" if len(self._folders) == 1 else "folders"
        for what, taken, most, told in (
            ("took more than {} of memory", rss_bytes, limits.rss_bytes, size),
            ("wrote more than {} into its log", _file_bytes(self._log), limits.log_bytes, size),
            (f"put more than {{}} into its {where}", self._data_bytes, limits.data_bytes, size),
            ("took more than {} of processor time", cpu_s, limits.cpu_s, "{:.0f} s".format),
            ("had more than {} processes", processes, limits.processes, str),
        ):
            if taken > most:
                after_s = now_s - self._started_s
                return f"{what.format(told(most))} within {after_s:.1f} s ({told(taken)})"
        return None


def folder_bytes(folder: Path) -> int:
    """How much the files in a folder take, about; those that vanish meanwhile do not count."""
    total = 0
    with suppress(OSError):
        for path in folder.rglob("*"):
            total += max(FILE_BYTES, _file_bytes(path))
    return total


def shorten(log: Path, most_bytes: int) -> None:
    """Cut a log that is longer than that to its end, which is where the reason stands."""
    length = _file_bytes(log)
    if length <= most_bytes:
        return
    with log.open("r+b") as file:
        file.seek(max(0, length - KEPT_LOG_BYTES))
        kept = file.read(KEPT_LOG_BYTES)
        file.seek(0)
        file.write(f"(the first {size(length - len(kept))} were cut off)\n".encode())
        file.write(kept)
        file.truncate()


def _file_bytes(path: Path) -> int:
    with suppress(OSError):
        return path.lstat().st_size
    return 0
