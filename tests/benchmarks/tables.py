"""What the benchmark's runs come to: medians, ratios, and two tables in the terminal."""

import statistics
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import EXPERIMENT, KINDS

NUMBERS = ("events_per_s", "events_per_cpu_s", "cpu_share", "flood_cpu_share")


def summarize(runs: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """By kind of client, the medians of its runs.

    `experiment_ratio` is how many times as many events the experiment's clients take with the same
    processor time: the median of the rounds' ratios.
    """
    summary = {}
    ours = [run["events_per_cpu_s"] for run in runs if run["client"] == EXPERIMENT.name]
    for kind in KINDS:
        theirs = [run for run in runs if run["client"] == kind.name]
        summary[kind.name] = {
            key: statistics.median(run[key] for run in theirs) for key in NUMBERS
        } | {
            "experiment_ratio": statistics.median(
                mine / run["events_per_cpu_s"] for mine, run in zip(ours, theirs, strict=True)
            )
        }
    return summary


def print_tables(results: dict[str, Any], console: Console) -> None:
    """How much each kind takes, and how late the experiment's clients send."""
    columns = ("Flooded", "events/s", "of a core", "per CPU s", "ratio", "server's core")
    flooded = _table("Events received: medians", columns)
    for name, each in results["summary"].items():
        flooded.add_row(
            name,
            f"{each['events_per_s']:,.0f}",
            f"{each['cpu_share']:.0%}",
            f"{each['events_per_cpu_s']:,.0f}",
            f"{each['experiment_ratio']:.1f}",
            f"{each['flood_cpu_share']:.0%}",
        )
    console.print(flooded)
    columns = ("Sending", "events/s", "of a core", "p50 ms", "p99 ms", "max ms")
    sending = _table("How late the experiment's clients send", columns)
    for each in results["lateness"]:
        sending.add_row(
            each["load"],
            f"{each['events_per_s']:,.0f}",
            f"{each['cpu_share']:.0%}",
            *(f"{each[f'late_{key}_ms']:.2f}" for key in ("p50", "p99", "max")),
        )
    console.print(sending)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table
