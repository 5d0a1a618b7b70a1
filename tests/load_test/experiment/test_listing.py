"""The list of past experiments, and their pages drawn anew."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from load_test.experiment.listing import (
    MOST_LISTED,
    NoResults,
    list_runs,
    print_list,
    read_results,
    redraw,
)
from tests.load_test.experiment.example_comparison import example_comparison
from tests.load_test.experiment.example_results import example_results


def keep(folder: Path, name: str, results: Any) -> Path:
    """A folder with these results, or this text in their place."""
    (folder / name).mkdir()
    text = results if isinstance(results, str) else json.dumps(results)
    (folder / name / "results.json").write_text(text)
    return folder / name


def printed(folder: Path) -> list[str]:
    console = Console(file=io.StringIO(), width=100)
    print_list(list_runs(folder), console)
    assert isinstance(console.file, io.StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_each_kind_of_experiment_has_its_line(tmp_path: Path) -> None:
    # given a demo, a comparison, one that was stopped, and what is no experiment
    keep(tmp_path, "20260101-000000", example_results())
    keep(tmp_path, "20260102-000000", example_comparison())
    keep(tmp_path, "20260103-000000", example_comparison([], outcome="cannot_tell"))
    (tmp_path / "load-20260104").mkdir()
    (tmp_path / "latest").symlink_to("20260103-000000")

    # when they are listed
    lines = printed(tmp_path)

    # then there is a line for each, with its verdict
    assert any("challenge, solution demo" in line for line in lines)
    (compared,) = [line for line in lines if line.startswith("20260102")]
    assert "challenge, solution faster, 41.7 (30.9 to 58.1) 5" in compared
    assert compared.endswith(" kB")
    assert any("cannot tell 0" in line for line in lines)
    assert not any("load-" in line or "latest" in line for line in lines)


def test_an_end_of_the_interval_that_is_open_is_shown_as_such(tmp_path: Path) -> None:
    keep(tmp_path, "few", example_comparison([1.4, 0.9], outcome="cannot_tell"))

    assert any("cannot tell, 1.15 (0 to ∞) 2" in line for line in printed(tmp_path))


def test_the_last_ones_are_listed_and_the_latest_is_the_last(tmp_path: Path) -> None:
    for number in range(MOST_LISTED + 3):
        keep(tmp_path, f"{number:02}", "{}")

    names = [each.folder.name for each in list_runs(tmp_path)]

    assert names == [f"{number:02}" for number in range(3, MOST_LISTED + 3)]


def test_a_damaged_one_is_named_and_does_not_stop_the_list(tmp_path: Path) -> None:
    keep(tmp_path, "a-damaged", '{"schema": 1, "runs": [')
    keep(tmp_path, "b-good", example_comparison())

    damaged, good = list_runs(tmp_path)

    assert damaged.results is None
    assert damaged.problem.startswith("results.json cannot be read as JSON")
    assert good.results is not None
    assert good.size_bytes > 1_000
    assert any("damaged: results.json" in line for line in printed(tmp_path))


@pytest.mark.parametrize("folder", ["", "missing"])
def test_an_empty_list_says_what_makes_an_entry(tmp_path: Path, folder: str) -> None:
    assert printed(tmp_path / folder) == [
        "There are no results yet: `make demo` or `make compare` makes some."
    ]


def without(key: str) -> dict[str, Any]:
    results = example_comparison()
    del results[key]
    return results


def bent(key: str, value: Any) -> dict[str, Any]:
    return example_comparison() | {key: value}


@pytest.mark.parametrize(
    ("results", "problem"),
    [
        ("", "cannot be read as JSON"),
        ("[1, 2]", "it has no key schema"),
        (bent("schema", 2), "has schema 2, and this reads 1: use the version"),
        (without("verdict"), "is not whole: verdict missing"),
        (bent("verdict", {"outcome": "same"}), "verdict.high, verdict.low, verdict.ratio"),
        (bent("verdict", None), "verdict missing"),
        (bent("runs", {"A": 1}), "runs missing"),
        (bent("runs", [{"side": "A"}]), "runs[0].delivered, runs[0].delivered_per_s"),
        (bent("work", ["x"]), "work[0] missing"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(
    tmp_path: Path, results: Any, problem: str
) -> None:
    folder = keep(tmp_path, "x", results)

    with pytest.raises(NoResults) as raised:
        redraw(folder)

    assert problem in str(raised.value)
    assert "\n" not in str(raised.value)
    assert [path.name for path in folder.iterdir()] == ["results.json"]


def test_a_folder_that_is_not_there_and_one_without_results(tmp_path: Path) -> None:
    with pytest.raises(NoResults, match="there is no folder .*missing: --list"):
        read_results(tmp_path / "missing")
    with pytest.raises(NoResults, match=r"holds no results\.json"):
        read_results(tmp_path)


def test_a_page_is_drawn_anew_from_its_results(tmp_path: Path) -> None:
    folder = keep(tmp_path, "x", example_comparison([]))

    page = redraw(folder)

    assert page == folder / "report.html"
    assert "without a finished run" in page.read_text()
