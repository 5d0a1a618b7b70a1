"""overrides.toml: what is right counts, and what is wrong is named with its line."""

from pathlib import Path

import pytest

from tests.checklist.example_grades import MANUAL, example_grade, example_rubric
from tests.checklist.grade_file import ByHand
from tests.checklist.overrides import (
    BadOverrides,
    read_overrides,
    with_overrides,
    write_example,
)

NAMES = ["alice", "bob smith"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the overrides stand."""
    return tmp_path / "overrides.toml"


def test_without_a_file_nothing_is_decided(path: Path) -> None:
    assert read_overrides(path, NAMES, example_rubric()) == {}


def test_points_and_reason_by_submission_and_check(path: Path) -> None:
    path.write_text(
        f'["alice"."{MANUAL}"]\npoints = 2.5\nreason = " clear "\n'
        '["bob smith"."handler.order"]\npoints = 0\nreason = "copied"\n'
    )
    decided = read_overrides(path, NAMES, example_rubric())
    assert decided == {
        "alice": {MANUAL: ByHand(2.5, "clear")},
        "bob smith": {"handler.order": ByHand(0, "copied")},
    }
    assert with_overrides(example_grade("alice"), decided).points == 54.5
    assert with_overrides(example_grade("bob smith"), decided).points == 45
    assert with_overrides(example_grade("carol"), decided).points == 52


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('["alic"."handler.order"]\npoints = 1\nreason = "r"', "did you mean alice"),
        ('["alice"."handler.oder"]\npoints = 1\nreason = "r"', "did you mean handler.order"),
        ('["alice"."handler.order"]\npoints = 8\nreason = "r"', "from 0 to 7, not 8"),
        ('["alice"."handler.order"]\npoints = -1\nreason = "r"', "from 0 to 7, not -1"),
        ('["alice"."handler.order"]\npoints = nan\nreason = "r"', "from 0 to 7, not nan"),
        ('["alice"."handler.order"]\npoints = "7"\nreason = "r"', "must be a number"),
        ('["alice"."handler.order"]\npoints = true\nreason = "r"', "must be a number"),
        ('["alice"."handler.order"]\npoints = 1', "points and a reason"),
        ('["alice"."handler.order"]\npoints = 1\nreason = ""', "the reason must be a text"),
        ('["alice"."handler.order"]\npoint = 1\nreason = "r"', "points and a reason"),
        ('["alice"]\npoints = 1\nreason = "r"', "there is no check 'points'"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(path: Path, entry: str, problem: str) -> None:
    path.write_text(f"# a comment\n\n{entry}\n")
    with pytest.raises(BadOverrides) as caught:
        read_overrides(path, NAMES, example_rubric())
    assert problem in str(caught.value)
    assert f"{path}, line 3" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("text", ["[alice", "alice = 1", '["alice"]\nx'])
def test_what_is_no_table_is_named(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(BadOverrides, match=r"overrides\.toml"):
        read_overrides(path, NAMES, example_rubric())


def test_a_file_in_the_wrong_encoding_is_named(path: Path) -> None:
    path.write_bytes(b"# caf\xe9\n")
    with pytest.raises(BadOverrides, match=r"overrides\.toml"):
        read_overrides(path, NAMES, example_rubric())


def test_the_example_decides_nothing_and_shows_how(path: Path) -> None:
    # when it is written, and its example taken out of the comment
    write_example(path, "alice", example_rubric())
    assert read_overrides(path, NAMES, example_rubric()) == {}
    text = path.read_text(encoding="utf-8")
    assert f"#   {MANUAL} (up to 4): Would a colleague" in text
    example = text[text.index('# ["alice"') :].splitlines()[:3]
    path.write_text("\n".join(line.removeprefix("# ") for line in example), encoding="utf-8")

    # then it is an override
    decided = read_overrides(path, NAMES, example_rubric())
    assert decided["alice"][MANUAL].points == 2


def test_the_example_leaves_what_is_there(path: Path) -> None:
    path.write_text("# mine\n")
    write_example(path, "alice", example_rubric())
    assert path.read_text() == "# mine\n"
