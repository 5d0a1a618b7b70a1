"""Tests of watching the message files of a folder."""

import sys
import threading
from pathlib import Path

import pytest

from tests.checklist.scenarios import file_watch
from tests.checklist.scenarios.file_watch import watch_files

on_linux = pytest.mark.skipif(sys.platform != "linux", reason=file_watch.ONLY_ON_LINUX)


def replace(folder: Path, name: str, text: str = "[]", temporary: str = "") -> None:
    """Give a file new content as the challenge does."""
    beside = folder / (temporary or f"{name}.tmp")
    beside.write_text(text)
    beside.replace(folder / name)


@on_linux
def test_each_replacement_is_counted_however_fast_they_follow(tmp_path: Path) -> None:
    with watch_files(tmp_path) as seen:
        for _ in range(2_000):
            replace(tmp_path, "messages_1.json")
        seen.settle()

    assert seen.unavailable == ""
    assert seen.replaced is not None
    assert [each.name for each in seen.replaced] == ["messages_1.json"] * 2_000
    assert seen.written_in_place == ()
    assert seen.removed == ()
    assert seen.open_at_once == 1


@on_linux
def test_files_from_another_folder_are_not_counted_as_the_system_merges_them(
    tmp_path: Path,
) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    data.mkdir()
    elsewhere.mkdir()
    with watch_files(data) as seen:
        for _ in range(10):
            (elsewhere / "new").write_text("[]")
            (elsewhere / "new").replace(data / "messages_2.json")
        seen.settle()

    assert seen.unavailable == file_watch.FROM_ELSEWHERE
    assert seen.replaced is None


@on_linux
def test_moments_and_sizes_are_those_of_the_replacements(tmp_path: Path) -> None:
    with watch_files(tmp_path) as seen:
        for text in ("[]", "[{}]"):
            replace(tmp_path, "messages_1.json", text)
            seen.settle()

    assert seen.replaced is not None
    first, second = seen.replaced
    assert (first.size_bytes, second.size_bytes) == (2, 4)
    assert first.at_s < second.at_s
    assert first.at_us < second.at_us


@on_linux
def test_a_file_that_is_written_under_its_name_is_told_once_for_each_opening(
    tmp_path: Path,
) -> None:
    path = tmp_path / "messages_1.json"
    with watch_files(tmp_path) as seen:
        for _ in range(3):
            with path.open("w") as file:
                for _ in range(5):
                    file.write("[]")
                    file.flush()
        seen.settle()

    assert seen.replaced == ()
    assert seen.written_in_place is not None
    assert [each.name for each in seen.written_in_place] == [path.name] * 3


@on_linux
def test_a_file_that_was_away_for_a_while_is_told(tmp_path: Path) -> None:
    replace(tmp_path, "messages_1.json")
    with watch_files(tmp_path) as seen:
        (tmp_path / "messages_1.json").unlink()
        replace(tmp_path, "messages_1.json")
        (tmp_path / "messages_1.json").rename(tmp_path / "elsewhere")
        seen.settle()

    assert seen.removed is not None
    assert len(seen.removed) == 2


@on_linux
def test_temporary_files_of_one_file_at_a_time_are_counted(tmp_path: Path) -> None:
    with watch_files(tmp_path) as seen:
        # Two for one file, one for another, at the same time; one that is renamed on its way.
        for name in ("a.tmp", "b", "c.tmp", "elsewhere"):
            (tmp_path / name).write_text("[]")
        (tmp_path / "b").rename(tmp_path / "b.tmp")
        (tmp_path / "a.tmp").replace(tmp_path / "messages_1.json")
        (tmp_path / "b.tmp").replace(tmp_path / "messages_1.json")
        (tmp_path / "c.tmp").replace(tmp_path / "messages_2.json")
        replace(tmp_path, "messages_1.json")
        seen.settle()

    assert seen.open_at_once == 2


@on_linux
def test_other_files_are_nothing_to_it(tmp_path: Path) -> None:
    with watch_files(tmp_path) as seen:
        for name in ("users.json", "messages_0.json", "messages_1.json.damaged-now"):
            replace(tmp_path, name)
            (tmp_path / name).write_text("[]")
        seen.settle()

    assert (seen.replaced, seen.written_in_place) == ((), ())


@on_linux
def test_lost_reports_make_counts_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a reader that does not get round to reading
    from watchdog.observers.inotify_c import InotifyEvent, InotifyFD

    held = threading.Event()
    reads = InotifyFD.read_events

    def read_late(reader: InotifyFD) -> list[InotifyEvent]:
        held.wait(30)
        return reads(reader)

    monkeypatch.setattr(InotifyFD, "read_events", read_late)
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    with watch_files(tmp_path) as seen:
        # when more happens than the system remembers
        for number in range(most // 2 + 1):
            (tmp_path / f"messages_{number % 2 + 1}.json").touch()
            (tmp_path / f"messages_{number % 2 + 1}.json").unlink()
        held.set()
        seen.settle()

    # then nothing is claimed
    assert seen.unavailable == file_watch.LOST
    assert (seen.replaced, seen.written_in_place, seen.removed) == (None, None, None)
    assert seen.open_at_once is None


@on_linux
def test_a_folder_that_goes_away_makes_counts_unavailable(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with watch_files(folder) as seen:
        folder.rmdir()
        seen.settle()

    assert seen.replaced is None


@on_linux
def test_the_markers_of_settling_are_gone_afterwards(tmp_path: Path) -> None:
    with watch_files(tmp_path) as seen:
        seen.settle()

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), watch_files(tmp_path / "nowhere"):
        pass


def test_elsewhere_counts_are_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with watch_files(tmp_path) as seen:
        replace(tmp_path, "messages_1.json")
        seen.settle()

    assert seen.unavailable == file_watch.ONLY_ON_LINUX
    assert seen.replaced is None
