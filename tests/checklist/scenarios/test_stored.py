"""Tests of the grader's own reader of data folders."""

import json
import os
from pathlib import Path

import pytest

from tests.checklist.scenarios.stored import copy_messages, of_room, read_stored


def test_files_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 9, 1):
        record = {"id": f"{number}", "roomId": "r", "content": "새해 복 \\ud83c 🎉"}
        (tmp_path / f"messages_{number}.json").write_text(json.dumps([record]), encoding="utf-8")

    stored = read_stored(tmp_path)

    assert [file.name for file in stored.files] == [f"messages_{n}.json" for n in (1, 9, 10)]
    assert [record["id"] for record in stored.records] == ["1", "9", "10"]
    assert stored.problems == []
    assert len(list(of_room(stored.records, "r"))) == 3


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'[{"id": "1"}', "not JSON"),
        (b"", "not JSON"),
        (b'[{"id": NaN}]', "NaN is no number"),
        (b'[{"id": "\xff"}]', "not JSON"),
        ("[]".encode("utf-16"), "not JSON"),
        (b"{}", "a JSON dict, not an array"),
        (b'[{}, "two"]', "item 1 is a str"),
        (b"[" * 100_000, "recursion"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "messages_1.json").write_bytes(content)

    stored = read_stored(tmp_path)

    assert stored.records == []
    assert len(stored.problems) == 1
    assert problem in stored.problems[0]


def test_links_pipes_and_folders_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("[{}]")
    (tmp_path / "messages_1.json").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "messages_2.json")
    (tmp_path / "messages_3.json").mkdir()

    stored = read_stored(tmp_path)

    assert stored.records == []
    assert len(stored.problems) == 3


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "messages_1.json").open("wb") as file:
        file.truncate(10_000_000_000)

    assert "larger than" in read_stored(tmp_path).problems[0]


def test_other_files_are_named(tmp_path: Path) -> None:
    names = ["messages_1.json.damaged-2026", "messages_2.json.tmp", "users.json"]
    for name in [*names, ".grader-0"]:
        (tmp_path / name).touch()

    stored = read_stored(tmp_path)

    assert stored.others == tuple(names)
    assert stored.leftovers == ["messages_2.json.tmp"]


def test_only_files_that_can_be_read_are_copied(tmp_path: Path) -> None:
    folder, other = tmp_path / "data", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    (folder / "messages_1.json").write_text('[ {"content": "새해"} ]', encoding="utf-8")
    (folder / "messages_2.json").write_text("[")
    (folder / "messages_3.json").symlink_to(folder / "messages_1.json")

    copy_messages(folder, other)

    assert [path.name for path in other.iterdir()] == ["messages_1.json"]
    copied = (other / "messages_1.json").read_bytes()
    assert copied == (folder / "messages_1.json").read_bytes()
