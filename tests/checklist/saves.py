"""Saves in a submission's folder: that there was one, and which of its files it changed.

Editors save in many ways: in place, by renaming a temporary file, twice because something formats
the file, with backups beside it. So an event of the file system only says that it is worth a look;
what changed is found by comparing the contents of all sources. The price is reading them after
each event, a millisecond or two for a submission.
"""

import hashlib
import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import (
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

# What a submission consists of. Backups, swap files and half-written ones end in something else.
SUFFIXES = {".css", ".html", ".js", ".md", ".py"}
POLL_S = 0.5
# Not those of reading: looking at the contents would be the next event.
EVENTS: list[type[FileSystemEvent]] = [
    DirDeletedEvent, DirMovedEvent, FileClosedEvent, FileCreatedEvent, FileDeletedEvent,
    FileModifiedEvent, FileMovedEvent,
]  # fmt: skip

SAVED, GONE = "saved", "gone"
Ring = Callable[[str], None]
Sources = Mapping[str, bytes]  # the digest of each source, by its path in the submission


class _Bell(FileSystemEventHandler):
    """Rings at any event."""

    def __init__(self, folder: Path, ring: Ring) -> None:
        self._folder, self._ring = str(folder), ring

    def on_any_event(self, event: FileSystemEvent) -> None:
        gone = isinstance(event, DirDeletedEvent) and event.src_path == self._folder
        self._ring(GONE if gone else SAVED)


@contextmanager
def listening(folder: Path, ring: Ring, poll: bool) -> Iterator[str]:
    """Call `ring`, from another thread, after whatever happened in `folder`; yields how it knows.

    It is called with SAVED, or with GONE when the folder itself is, after which nothing is heard
    any more. The system tells, or, where it cannot or if `poll` is set, the folder is looked at
    regularly.
    """
    if poll or _is_foreign(folder):
        observer = _start(PollingObserver(timeout=POLL_S), folder, ring)
        how = f"looking every {POLL_S:g} s"
    else:
        try:
            observer, how = _start(Observer(), folder, ring), "told by the system"
        except OSError as error:  # no more watches for this user, for example
            observer = _start(PollingObserver(timeout=POLL_S), folder, ring)
            how = f"looking every {POLL_S:g} s, because the system does not tell: {error}"
    with observer:
        yield how


def sources(folder: Path) -> Sources:
    """The sources of the submission in `folder`; one that vanishes meanwhile is none."""
    found = {}
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.suffix in SUFFIXES and not any(part.startswith(".") for part in inside.parts):
            try:
                found[inside.as_posix()] = hashlib.sha256(path.read_bytes()).digest()
            except OSError:
                continue
    return found


def changed(before: Sources, now: Sources) -> set[str]:
    """The paths of the sources that differ, are new, or are gone."""
    return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}


def _start(observer: BaseObserver, folder: Path, ring: Ring) -> BaseObserver:
    observer.schedule(_Bell(folder, ring), str(folder), recursive=True, event_filter=EVENTS)
    try:
        observer.start()
    except OSError:
        observer.stop()  # some of its threads run already
        raise
    return observer


def _is_foreign(folder: Path) -> bool:
    """Whether it is a Windows disk in WSL 2, of which Linux does not hear what changes there."""
    in_wsl = "microsoft" in platform.release().lower()
    return in_wsl and folder.resolve().is_relative_to("/mnt")
