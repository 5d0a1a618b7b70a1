"""grade.json: what is written is what is read, and nothing else is taken for it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.checklist.check import Result
from tests.checklist.example_grades import MANUAL, example_grade, failed, refused_grade, slow_grade
from tests.checklist.grade_file import (
    MOST_CHARACTERS,
    BadGradeFile,
    ByHand,
    Grade,
    clean,
    read_grade,
    write_grade,
)


@pytest.mark.parametrize("grade", [example_grade(), slow_grade(), refused_grade()])
def test_a_grade_is_read_as_it_was_written(tmp_path: Path, grade: Grade) -> None:
    path = tmp_path / "grade.json"
    write_grade(grade, path)
    assert read_grade(path) == grade
    assert [each.name for each in tmp_path.iterdir()] == ["grade.json"]


def test_the_file_has_what_other_programs_rely_on(tmp_path: Path) -> None:
    path = tmp_path / "grade.json"
    write_grade(slow_grade(), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["schema"] == 1
    assert [item["id"] for item in document["items"]] == [
        "processor", "handler", "load", "documentation",
    ]  # fmt: skip
    item = document["items"][0]
    assert (item["title"], item["points"], item["max"]) == ("A message processor", 8, 20)
    burst = item["checks"][1]
    assert burst["name"] == "processor.burst"
    assert burst["result"] == "failed"
    assert burst["expected"] == "at most 11 writes for 400 messages"
    assert burst["actual"] == "400 writes"
    assert burst["hint"] == "Look at where send_message waits."
    results = {each["result"] for item in document["items"] for each in item["checks"]}
    assert results == {"passed", "failed", "not_run", "cannot_tell"}


def test_points_by_hand_count_and_are_not_written(tmp_path: Path) -> None:
    # given a grade, and what the instructor gives for two checks
    grade = slow_grade()
    decided = {MANUAL: ByHand(2.5, "clear"), "processor.burst": ByHand(6, "half of it")}
    by_hand = replace(grade, by_hand=decided)

    # then they count, in place of what the machine found
    assert by_hand.points == grade.points + 2.5 + 6
    assert by_hand.item_points(by_hand.items[0]) == 14
    burst = by_hand.findings[1]
    assert (burst.result, burst.points) == (Result.FAILED, 0)

    # and the file holds what the machine found
    write_grade(by_hand, tmp_path / "grade.json")
    assert read_grade(tmp_path / "grade.json") == grade
    document = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))
    assert document["points"] == grade.points


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": 99}', '{"schema": 1}', "\udcff"])
def test_what_is_no_whole_grade_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "grade.json"
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(BadGradeFile, match=str(path)):
        read_grade(path)


def test_a_missing_grade_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadGradeFile, match=r"grade\.json"):
        read_grade(tmp_path / "grade.json")


def test_a_half_grade_is_none(tmp_path: Path) -> None:
    path = tmp_path / "grade.json"
    write_grade(example_grade(), path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(BadGradeFile):
        read_grade(path)


def test_texts_of_a_submission_are_made_harmless(tmp_path: Path) -> None:
    # given a submission that says what clears a terminal, turns text around, and never ends
    said = "\x1b[2Jgone\r\u202eright\ttab\ud800\n" + "x" * 1_000_000
    path = tmp_path / "grade.json"

    # when it is written
    write_grade(example_grade(seen={"handler.serves": failed("a broadcast", said)}), path)

    # then nothing of it can do harm, and lines stay lines
    actual = next(
        each.actual for each in read_grade(path).findings if each.name == "handler.serves"
    )
    assert actual.startswith("\ufffd[2Jgone\n\ufffdright tab\ufffd\nxxx")
    assert len(actual) == MOST_CHARACTERS + len("...")


def test_clean_leaves_what_people_write() -> None:
    assert clean("Minji: 안녕, Grüße \N{PARTY POPPER}") == "Minji: 안녕, Grüße \N{PARTY POPPER}"
