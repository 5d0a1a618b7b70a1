"""Writing durably: the old content or the new, never a part, whatever fails on the way."""

import errno
import io
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from challenge import files
from tests.conftest import Disk

OLD, NEW = b"old content", b"new content, which is longer"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with the old content, alone in its folder."""
    file = tmp_path / "messages_1.json"
    file.write_bytes(OLD)
    return file


class ShortWrites(io.FileIO):
    """A file that takes a few bytes at a time, as the system may, and perhaps fails in between."""

    TAKES = 5
    room = 10_000

    def write(self, data: Any) -> int:
        if self.tell() >= self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(bytes(data)[: self.TAKES])


class FullDisk(ShortWrites):
    """The same, with room for a part of the new content only."""

    room = 10


def names_in(folder: Path) -> list[str]:
    """What stands in a folder."""
    return sorted(each.name for each in folder.iterdir())


def test_a_file_gets_the_new_content(path: Path) -> None:
    assert files.write_durably(path, NEW) >= 0
    assert files.read(path) == NEW
    assert names_in(path.parent) == [path.name]


def test_a_file_that_was_not_there_is_made(tmp_path: Path) -> None:
    files.write_durably(tmp_path / "new.json", b"")
    assert files.read(tmp_path / "new.json") == b""


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.read(tmp_path / "nothing.json")


def test_a_write_that_takes_a_part_is_gone_on_with(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode, buffering: ShortWrites(path, mode))
        files.write_durably(path, NEW)
    assert path.read_bytes() == NEW


def test_content_is_synced_before_it_takes_its_place_and_the_folder_after(
    path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an fsync that notes what it is asked to sync, in the list of the disk's calls
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        disk.calls.append(("fsync", kind))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)

    # when a file is written
    files.write_durably(path, NEW)

    # then both the content and the name are on the disk, in this order
    steps = [call if call != "fsync" else name for call, name in disk.calls]
    assert steps == ["write_and_sync", "file", "replace", "sync_folder", "folder"]


@pytest.mark.parametrize("step", ["write_and_sync", "replace"])
def test_nothing_changes_if_a_step_before_the_replacing_fails(
    path: Path, disk: Disk, step: str
) -> None:
    disk.fail(step, 1)
    with pytest.raises(OSError, match="No space"):
        files.write_durably(path, NEW)
    assert path.read_bytes() == OLD
    assert names_in(path.parent) == [path.name]
    assert "sync_folder" not in dict(disk.calls)

    files.write_durably(path, NEW)
    assert path.read_bytes() == NEW


def test_nothing_changes_if_the_disk_is_full_in_the_middle(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(Path, "open", lambda path, mode, buffering: FullDisk(path, mode))
        files.write_durably(path, NEW)
    assert path.read_bytes() == OLD
    assert names_in(path.parent) == [path.name]


def test_nothing_changes_if_the_content_cannot_be_synced(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="Input/output"):
        files.write_durably(path, NEW)
    assert path.read_bytes() == OLD
    assert names_in(path.parent) == [path.name]


def test_the_temporary_file_goes_if_the_name_cannot_be_taken(tmp_path: Path) -> None:
    folder = tmp_path / "messages_1.json"
    folder.mkdir()
    with pytest.raises(OSError, match="messages_1.json"):
        files.write_durably(folder, NEW)
    assert names_in(tmp_path) == [folder.name]


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.write_durably(tmp_path / "nowhere" / "messages_1.json", NEW)
    assert names_in(tmp_path) == []


def test_after_the_replacing_the_new_content_is_there_and_may_be_written_again(
    path: Path, disk: Disk
) -> None:
    disk.fail("sync_folder", 1)
    with pytest.raises(OSError, match="No space"):
        files.write_durably(path, NEW)
    assert path.read_bytes() == NEW
    assert names_in(path.parent) == [path.name]

    files.write_durably(path, NEW)
    assert path.read_bytes() == NEW
