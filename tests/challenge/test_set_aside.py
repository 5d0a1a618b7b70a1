"""Whatever stands where a data file should be is set aside, told of, and in nobody's way."""

from pathlib import Path

import pytest

from challenge.healing import damaged_files, heal, read_or_heal
from challenge.models import encode, now
from tests.conftest import Disk, a_message

NAME = "messages_1.json"
WHOLE = encode([a_message(1).record(now())])


@pytest.mark.parametrize("kind", ["folder", "link to nowhere", "link to itself"])
def test_what_is_no_file_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    path = tmp_path / NAME
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(NAME if kind == "link to itself" else "nowhere")
    assert heal(tmp_path) == {NAME: []}
    assert path.read_bytes() == b"[]"
    (aside,) = damaged_files(tmp_path)
    assert f"the file as it was is {aside}" in caplog.text


def test_a_folder_that_is_named_like_a_leftover_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "messages_1.json.tmp").mkdir()
    (tmp_path / "messages_1.json.tmp" / "kept").touch()
    assert heal(tmp_path) == {}
    (aside,) = damaged_files(tmp_path)
    assert (tmp_path / aside / "kept").exists()


def test_a_damaged_file_is_set_aside_once_however_often_the_disk_refuses(
    tmp_path: Path, disk: Disk
) -> None:
    path = tmp_path / NAME
    path.write_bytes(WHOLE + b"]")
    disk.fail("write_and_sync", 3)
    for _ in range(3):
        with pytest.raises(OSError, match="No space left"):
            read_or_heal(path)
    assert len(read_or_heal(path)) == 1
    assert len(damaged_files(tmp_path)) == 1
    assert path.read_bytes() == WHOLE


def test_damage_to_the_same_file_again_is_set_aside_again(tmp_path: Path) -> None:
    path = tmp_path / NAME
    for _ in range(2):
        path.write_bytes(WHOLE + b"]")
        read_or_heal(path)
    assert len(damaged_files(tmp_path)) == 2
