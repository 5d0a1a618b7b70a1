"""The table has the page's rows, fits into 80 columns, and what went wrong stands around it."""

import io
from typing import Any

import pytest
from rich.console import Console

from load_test.experiment.rows import table_rows
from load_test.experiment.table import ALARM, print_table, remark_lines, verdict_line
from tests.load_test.experiment.example_comparison import RATIOS, example_comparison
from tests.load_test.experiment.example_results import example_results


def printed(results: dict[str, Any]) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    print_table(results, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("results", [example_results(), example_comparison()])
def test_it_has_all_rows_whole_at_80_columns(results: dict[str, Any]) -> None:
    lines = printed(results)

    assert max(map(len, lines)) <= 80
    for row in table_rows(results):
        assert any(line.startswith(f" {row.label} ") for line in lines), row.label
    heading = next(line for line in lines if "ratio" in line)
    assert "challenge" in heading
    assert "solution" in heading
    assert not any("…" in line for line in lines)


def test_a_comparison_begins_with_its_verdict_and_the_demo_with_its_numbers() -> None:
    results = example_comparison()

    assert printed(results)[0].startswith("challenge against solution: faster. The reason stands")
    assert "against" not in " ".join(printed(example_results()))


@pytest.mark.parametrize(
    ("outcome", "colour"),
    [("faster", "green"), ("same", "cyan"), ("slower", "yellow"), ("cannot_tell", "magenta"),
     ("invalid", "red"), ("none", "bold")],
)  # fmt: skip
def test_each_outcome_has_its_words_and_its_colour(outcome: str, colour: str) -> None:
    line = verdict_line(example_comparison(RATIOS, ("attempt", "attempt"), outcome))

    words = "no verdict" if outcome == "none" else outcome.replace("_", " ")
    assert line.plain.startswith(f"attempt (A) against attempt (B): {words}. ")
    assert colour in str(line.style)


def test_without_a_run_there_is_the_verdict_alone() -> None:
    (line,) = printed(example_comparison([], outcome="cannot_tell"))[:1]

    assert line == "cannot tell. The reason stands here, in one sentence."


def test_what_breaks_the_contract_is_red() -> None:
    results = example_comparison()
    results["runs"][0] |= {"valid": False, "lost": 3, "invalid_because": "3 lost"}
    results["runs"][1] |= {"refused": {"queue_full": 20}}

    red, refused, agreed = remark_lines(results)

    assert red.plain == "challenge (A, round 1) broke the contract: 3 lost."
    assert red.style == ALARM
    assert refused.plain.startswith("solution (B) refused 20 messages")
    assert agreed.plain.startswith("In all 4 runs")
    assert refused.style == agreed.style == ""
