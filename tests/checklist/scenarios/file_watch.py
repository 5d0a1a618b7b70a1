"""What really happens to the message files of a data folder, as the operating system tells it.

Linux reports each change of a folder to whoever asks (inotify), in order, and no submission can
keep it from doing so. Of the package `watchdog` only the part that reads those reports is used:
its observers hold moves back for up to 0.5 s, merge equal ones, and keep it to themselves when
reports were lost. 2,000 replacements cost the grader 0.1 s of processor time. Other systems merge
what follows quickly (macOS) or can only be looked at now and then: there the counts are None, and
`unavailable` says why. Reports that were lost make them None, too: a guess is no witness.
"""

import os
import re
import secrets
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

if sys.platform == "linux":
    from watchdog.observers.inotify_c import (
        CallbackId,
        InotifyConstants,
        InotifyEvent,
        InotifyFD,
        Mask,
        WatchDescriptor,
    )

    CHANGES = Mask(
        InotifyConstants.IN_CREATE
        | InotifyConstants.IN_MODIFY
        | InotifyConstants.IN_CLOSE_WRITE
        | InotifyConstants.IN_MOVE
        | InotifyConstants.IN_DELETE
    )

MESSAGE_FILE = re.compile(r"messages_([1-9]\d*)\.json")
MARKER = ".grader-"  # begins the names of files that `settle` makes and removes
ONLY_ON_LINUX = "only Linux reports each change of a file"
LOST = "the system lost reports of changes: there were too many at once"
GONE = "the data folder was removed"
# The kernel merges equal reports that follow each other, and looks at a move's two ends alone.
FROM_ELSEWHERE = "files come from another folder: such moves may be merged"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a message file.

    The moment is that at which the report was read, some milliseconds later: `at_s` of
    `time.perf_counter`, `at_us` in microseconds since 1970. `size_bytes` is the file's size then,
    perhaps already that after the next change; None if it had gone, or was written in place.
    """

    at_s: float
    at_us: int
    name: str
    size_bytes: int | None


class FileWatch:
    """The changes that were seen so far; all counts are None where `unavailable` says why."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.unavailable = ""
        self.reports = 0  # of changes of any file, so far
        self.ended = False
        self._replaced: list[Change] = []
        self._written_in_place: list[Change] = []
        self._removed: list[Change] = []
        self._being_written: set[str] = set()  # message files, in place
        self._begun: dict[str, int] = {}  # other files: the number of the report of their making
        self._moving: dict[int, int] = {}  # the same for those between two names, by cookie
        self._lives: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by what they replaced
        self._marker = ""
        self._marked = threading.Event()

    @property
    def replaced(self) -> Sequence[Change] | None:
        """A file was moved to the name of a message file, in one step: a whole new content."""
        return None if self.unavailable else tuple(self._replaced)

    @property
    def written_in_place(self) -> Sequence[Change] | None:
        """A message file was changed under its name; once from its opening to its closing."""
        return None if self.unavailable else tuple(self._written_in_place)

    @property
    def removed(self) -> Sequence[Change] | None:
        """A message file was removed or moved away, so that for a while there was none."""
        return None if self.unavailable else tuple(self._removed)

    @property
    def open_at_once(self) -> int | None:
        """The most temporary files for one and the same message file that existed at a time."""
        if self.unavailable:
            return None
        return max((_most_at_once(lives) for lives in self._lives.values()), default=0)

    def settle(self, within_s: float = 5.0) -> None:
        """Wait until all that has happened until now is counted; else it is `unavailable`.

        A file of ours is made for a moment: reports come in order, so when its own is here, so
        are all before it.
        """
        if self.unavailable:
            return
        self._marked.clear()
        self._marker = f"{MARKER}{secrets.token_hex(8)}"
        path = self.folder / self._marker
        try:
            path.touch(exist_ok=False)
            path.unlink()
        except OSError as error:
            self._give_up(f"the data folder cannot be written: {error.strerror}")
        else:
            if not self._marked.wait(within_s):
                self._give_up(f"the system reported nothing for {within_s:g} s")

    if sys.platform == "linux":

        def on_event(self, event: InotifyEvent) -> None:
            """watchdog, in a thread of its own: one report came."""
            self.reports += 1
            name = os.fsdecode(event.name)
            if name == self._marker:
                self._marked.set()
            elif MESSAGE_FILE.fullmatch(name):
                self._on_message_file(event, name)
            elif event.is_create:
                self._begun[name] = self.reports
            elif event.is_moved_from:
                self._moving[event.cookie] = self._begun.pop(name, 0)
            elif event.is_moved_to:
                self._begun[name] = self._moving.pop(event.cookie, self.reports)
            elif event.is_delete:
                self._begun.pop(name, None)

        def _on_message_file(self, event: InotifyEvent, name: str) -> None:
            if event.is_moved_to:
                self._replaced.append(self._change(name, self._size_bytes(name)))
                self._being_written.discard(name)
                if event.cookie not in self._moving:
                    self._give_up(FROM_ELSEWHERE)
                else:
                    self._lives[name].append((self._moving.pop(event.cookie), self.reports))
            elif event.is_modify and name not in self._being_written:
                self._being_written.add(name)
                self._written_in_place.append(self._change(name))
            elif event.is_close_write:
                self._being_written.discard(name)
            elif event.is_delete or event.is_moved_from:
                self._removed.append(self._change(name))
                self._moving[event.cookie] = self.reports

        def on_queue_overflow(self) -> None:
            """watchdog: reports were lost."""
            self._give_up(LOST)

        def on_watch_deleted(self, wd: WatchDescriptor) -> None:
            """watchdog: the folder is not there any more."""
            if not self.ended:
                self._give_up(GONE)

    def _give_up(self, why: str) -> None:
        """From now on nothing is known; the first reason stays."""
        self.unavailable = self.unavailable or why
        self._marked.set()

    def _change(self, name: str, size_bytes: int | None = None) -> Change:
        return Change(time.perf_counter(), time.time_ns() // 1000, name, size_bytes)

    def _size_bytes(self, name: str) -> int | None:
        try:
            return (self.folder / name).lstat().st_size
        except OSError:
            return None


@contextmanager
def watch_files(folder: Path) -> Iterator[FileWatch]:
    """Watch a folder that exists, until the block ends; `settle` before you count.

    What was seen can be asked for afterwards, too. Files in subfolders are not seen. Raises
    OSError if there is no such folder.
    """
    folder.stat()
    seen = FileWatch(folder)
    if sys.platform == "linux":
        with _reports(seen):
            yield seen
    else:
        seen.unavailable = ONLY_ON_LINUX
        yield seen


if sys.platform == "linux":

    @contextmanager
    def _reports(seen: FileWatch) -> Iterator[None]:
        """Let what happens in its folder be told to it."""
        try:
            reader = InotifyFD()
        except OSError as error:  # a user may have 128 of them at a time
            seen.unavailable = f"the system reports no changes: {error.strerror}"
            yield
            return
        reader.start()
        try:
            reader.add_callback(os.fsencode(seen.folder), CHANGES, seen, CallbackId(0))
            yield
        finally:
            seen.ended = True
            reader.stop()
            reader.join()


def _most_at_once(lives: Iterable[tuple[int, int]]) -> int:
    """How many of these, each from a number to a number, there were at most at the same time."""
    ends = [(begun, 1) for begun, _ in lives] + [(over, -1) for _, over in lives]
    return max(accumulate(change for _, change in sorted(ends)))
