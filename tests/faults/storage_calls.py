"""Every call that the product makes to the disk, one at a time: to note it, or to let it fail.

The calls are caught below ``challenge.files``, at ``os`` and ``Path``, so that module runs as it
is. Most happen in eventlet's thread pool: a watcher may note and raise, and nothing else.
"""

import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Call:
    """One call. `name` is one of NAMES; `target` is the other name of a replace or a link."""

    name: str
    path: Path
    target: Path | None = None
    data: bytes = b""


NAMES = (
    *("read", "open", "write", "fsync", "replace", "link", "unlink"),
    *("open_folder", "fsync_folder"),
)

# What is done with a call: `go(call)` makes it, perhaps with less data than it had.
Watch = Callable[[Call, Callable[[Call], Any]], Any]


class WatchedFile(io.FileIO):
    """A file opened for writing, each write of which is watched."""

    def __init__(self, path: Path, watch: Watch) -> None:
        super().__init__(path, "wb")
        self._path = path
        self._watch = watch

    def write(self, data: Any) -> int:
        """Write some or all of the data; the number of bytes taken."""
        write = super().write
        taken: int = self._watch(
            Call("write", self._path, data=bytes(data)), lambda call: write(call.data)
        )
        return taken


@contextmanager
def watched(folder: Path, watch: Watch) -> Iterator[None]:
    """While it is open, every call for something in the folder, or for itself, goes to `watch`."""
    opened: dict[int, Path] = {}  # by descriptor
    with pytest.MonkeyPatch.context() as patch:
        _watch_writing(patch, folder, watch, opened)
        _watch_syncing(patch, folder, watch, opened)
        _watch_names(patch, folder, watch)
        yield


def _watch_writing(
    patch: pytest.MonkeyPatch, folder: Path, watch: Watch, opened: dict[int, Path]
) -> None:
    real_open, real_read = Path.open, Path.read_bytes

    def open_file(path: Path, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if mode != "wb" or not path.is_relative_to(folder):
            return real_open(path, mode, *rest, **options)
        file = watch(Call("open", path), lambda _: WatchedFile(path, watch))
        opened[file.fileno()] = path
        return file

    def read_bytes(path: Path) -> Any:
        if not path.is_relative_to(folder):
            return real_read(path)
        return watch(Call("read", path), lambda _: real_read(path))

    patch.setattr(Path, "open", open_file)
    patch.setattr(Path, "read_bytes", read_bytes)


def _watch_syncing(
    patch: pytest.MonkeyPatch, folder: Path, watch: Watch, opened: dict[int, Path]
) -> None:
    real_open, real_fsync = os.open, os.fsync

    def open_folder(path: Any, *rest: Any, **options: Any) -> Any:
        if path != folder:
            return real_open(path, *rest, **options)
        descriptor = watch(Call("open_folder", folder), lambda _: real_open(path, *rest, **options))
        opened[descriptor] = folder
        return descriptor

    def fsync(descriptor: int) -> None:
        name = "fsync_folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "fsync"
        if descriptor in opened:
            watch(Call(name, opened[descriptor]), lambda _: real_fsync(descriptor))
        else:
            real_fsync(descriptor)

    patch.setattr(os, "open", open_folder)
    patch.setattr(os, "fsync", fsync)


def _watch_names(patch: pytest.MonkeyPatch, folder: Path, watch: Watch) -> None:
    real_replace, real_link, real_unlink = Path.replace, os.link, Path.unlink

    def replace(path: Path, target: Path) -> Any:
        if not path.is_relative_to(folder):
            return real_replace(path, target)
        return watch(Call("replace", path, target), lambda _: real_replace(path, target))

    def link(path: Any, target: Any, *rest: Any, **options: Any) -> Any:
        def go(_: Call | None) -> None:
            real_link(path, target, *rest, **options)

        inside = Path(path).is_relative_to(folder)
        return watch(Call("link", Path(path), Path(target)), go) if inside else go(None)

    def unlink(path: Path, missing_ok: bool = False) -> Any:
        if not path.is_relative_to(folder):
            return real_unlink(path, missing_ok)
        return watch(Call("unlink", path), lambda _: real_unlink(path, missing_ok))

    patch.setattr(Path, "replace", replace)
    patch.setattr(os, "link", link)
    patch.setattr(Path, "unlink", unlink)
