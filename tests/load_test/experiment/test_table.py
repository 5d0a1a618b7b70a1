"""The table has the page's rows, fits into 80 columns, and what went wrong stands below it."""

import io
from typing import Any

from rich.console import Console

from load_test.experiment.rows import table_rows
from load_test.experiment.table import print_table, remarks
from tests.load_test.experiment.example_results import example_results

AGREED = {"what": "file writes", "metrics": 10, "spans": 10, "agree": True, "note": None}
DISAGREED = {"what": "file writes", "metrics": 1_000, "spans": 2, "agree": False, "note": "why"}


def printed(results: dict[str, Any]) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    print_table(results, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def example(**changes: Any) -> dict[str, Any]:
    """A run, with some keys changed."""
    run: dict[str, Any] = example_results()["runs"][0]
    return {**run, "witnesses": [AGREED], **changes}


def test_it_has_all_rows_whole_at_80_columns() -> None:
    results = example_results()

    lines = printed(results)

    assert max(map(len, lines)) <= 80
    for row in table_rows(results):
        assert any(line.startswith(f" {row.label} ") for line in lines), row.label
    assert "challenge" in lines[1]
    assert "solution" in lines[1]
    assert not any("…" in line for line in lines)


def test_a_good_run_is_one_remark() -> None:
    (remark,) = remarks(example())

    assert remark.plain == "challenge (A, round 1): server, spans agree on file writes."


def test_nobody_agrees_where_only_one_counted() -> None:
    alone = {"what": "file writes", "metrics": 10, "agree": None, "note": None}

    assert remarks(example(witnesses=[alone])) == []
    assert remarks(example(witnesses=None)) == []


def test_what_went_wrong_is_said() -> None:
    run = example(
        valid=False, invalid_because="it was late", lost=3, refused={"queue_full": 20},
        witnesses=[DISAGREED],
    )  # fmt: skip

    said = [remark.plain for remark in remarks(run)]

    assert said == [
        "challenge (A, round 1) is invalid: it was late.",
        "challenge (A, round 1) broke the contract: 3 lost.",
        "challenge (A, round 1) refused 20 messages (queue_full).",
        "challenge (A, round 1): witnesses disagree on file writes (server 1,000, spans 2): why.",
    ]
