"""What the trace store's benchmark measured, against its bounds, as one table."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table

from observability.spans import percentile


@dataclass(frozen=True)
class Check:
    """One figure and the most that it may be; `note` says more about it."""

    what: str
    measured: float
    most: float
    unit: str
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the figure is within its bound."""
        return self.measured <= self.most


def times_check(what: str, times_ms: Sequence[float], most_ms: float) -> Check:
    """The 95th percentile of several times has to be within the bound; the median is told."""
    median = f"p95; median {statistics.median(times_ms):.1f}"
    return Check(what, percentile(times_ms, 95), most_ms, "ms", median)


def print_checks(checks: Sequence[Check], console: Console) -> None:
    """One row for each figure."""
    table = Table(title="Trace store", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("What", "Measured", "At most", "", ""):
        justify: Literal["left", "right"] = "right" if column in ("Measured", "At most") else "left"
        table.add_column(column, justify=justify, no_wrap=True)
    for check in checks:
        verdict = "ok" if check.holds else "[bold red]missed[/]"
        measured, most = f"{check.measured:,.3g}", f"{check.most:,g} {check.unit}"
        table.add_row(check.what, measured, most, verdict, check.note)
    console.print(table)
