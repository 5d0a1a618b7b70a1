"""The table of the cost of looking, as it ends in the terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.cost_of_looking_runs import Case

COLUMNS = (
    "", "CPU ms", "ratio", "p50 ms", "p99 ms", "ratio", "stop ms", "spans", "dropped", "skipped",
)  # fmt: skip
MISSING = "-"


def print_table(summary: Sequence[dict[str, Any]], console: Console) -> None:
    """A row for each way to trace each server.

    CPU time and spans are for a message, ratios are to the row `none`, a stop is the longest by an
    export, and `skipped` are traces that were sampled away in all runs.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))  # so that it fits 80 columns
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for each in summary:
        table.add_row(str(Case(each["server"], each["rate_per_s"])), style="bold")
        for name, way in each["ways"].items():
            table.add_row(f"  {name}", *_cells(way))
    console.print(table)


def _cells(way: dict[str, Any]) -> list[str]:
    stops = way["stops"]
    return [
        _text(way["cpu_ms_per_message"], ".3f"),
        _text(way["cpu_ratio"], ".2f"),
        _text(way["p50_ms"], ".1f"),
        _text(way["p99_ms"], ".1f"),
        _text(way["p99_ratio"], ".2f"),
        _text(stops and stops["by_exports"]["longest_ms"], ".1f"),
        _text(way["spans_per_message"], ".2f"),
        _text(way["spans_dropped"], ",.0f"),
        _text(way["traces_skipped"], ",.0f"),
    ]


def _text(value: float | None, form: str) -> str:
    return MISSING if value is None else format(value, form)
