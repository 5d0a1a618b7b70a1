"""Saves are noticed however an editor saves, and nothing else is."""

import errno
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers.polling import PollingObserver

from tests.checklist import saves
from tests.checklist.saves import changed, listening, sources

WITHIN_S = 5.0
OURS = "data_manager.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission with one source."""
    (tmp_path / OURS).write_text("old = 1\n")
    return tmp_path


@pytest.fixture(params=[False, True], ids=["told", "polled"])
def bell(folder: Path, request: pytest.FixtureRequest) -> Iterator[threading.Event]:
    """Set whenever something happened in the folder."""
    rung = threading.Event()
    with listening(folder, lambda _: rung.set(), poll=request.param):
        yield rung


class OutOfWatches(PollingObserver):
    """What a system is like where too much is watched already."""

    def on_thread_start(self) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")


def in_place(path: Path) -> None:
    """As nano and VS Code save."""
    path.write_text("new = 12\n")


def by_rename(path: Path) -> None:
    """As many editors save, so that a crash leaves the old file."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text("new = 12\n")
    temporary.replace(path)


def with_backup(path: Path) -> None:
    """As vim saves: the old file becomes the backup, and goes."""
    backup = path.with_name(f"{path.name}~")
    path.rename(backup)
    path.write_text("new = 12\n")
    backup.unlink()


@pytest.mark.parametrize("save", [in_place, by_rename, with_backup])
def test_a_save_is_noticed(
    folder: Path, bell: threading.Event, save: Callable[[Path], None]
) -> None:
    before = sources(folder)
    save(folder / OURS)
    assert bell.wait(WITHIN_S)
    assert changed(before, sources(folder)) == {OURS}


def test_new_and_deleted_files_are_noticed_in_new_folders_too(
    folder: Path, bell: threading.Event
) -> None:
    before = sources(folder)
    (folder / "page").mkdir()
    (folder / "page" / "feed.js").write_text("let x = 1;\n")
    (folder / OURS).unlink()
    assert bell.wait(WITHIN_S)
    assert changed(before, sources(folder)) == {"page/feed.js", OURS}


@pytest.mark.parametrize("poll", [False, True], ids=["told", "polled"])
def test_a_folder_that_goes_is_told_of(folder: Path, poll: bool) -> None:
    gone = threading.Event()
    with listening(folder, lambda what: gone.set() if what == saves.GONE else None, poll):
        shutil.rmtree(folder)
        assert gone.wait(WITHIN_S)


def test_what_is_no_source_changes_nothing(folder: Path) -> None:
    before = sources(folder)
    cache = folder / "__pycache__"
    cache.mkdir()
    for name in (
        ".data_manager.py.swp", "4913", "data_manager.py~", "#data_manager.py#",
        ".#data_manager.py", "data_manager.py___jb_tmp___",
        "data_manager.py.before-reset-20261231-235959",
        "__pycache__/data_manager.cpython-311.pyc",
    ):  # fmt: skip
        (folder / name).write_text("anything")
    (folder / OURS).write_text("old = 1\n")  # saved again as it was
    assert changed(before, sources(folder)) == set()


def test_looking_at_the_sources_rings_no_bell(folder: Path) -> None:
    rung = threading.Event()
    with listening(folder, lambda _: rung.set(), poll=False) as how:
        assert how == "told by the system"
        sources(folder)
        marker = folder / "later.py"
        assert not rung.wait(0.3)
        marker.touch()
        assert rung.wait(WITHIN_S)


def test_a_link_that_leads_nowhere_is_no_source(folder: Path) -> None:
    (folder / "link.py").symlink_to(folder / "missing.py")
    assert sources(folder).keys() == {OURS}


def test_where_the_system_cannot_tell_the_folder_is_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.checklist.saves.Observer", OutOfWatches)
    rung = threading.Event()
    with listening(folder, lambda _: rung.set(), poll=False) as how:
        assert "watch limit" in how
        in_place(folder / OURS)
        assert rung.wait(WITHIN_S)


def test_windows_disks_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.release", lambda: "5.15.90.1-microsoft-standard-WSL2")
    assert saves._is_foreign(Path("/mnt/c/attempt"))
    assert not saves._is_foreign(Path("/home/minji/attempt"))
