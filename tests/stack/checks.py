"""What was checked, how many of it, and what was wrong."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table

REQUIRED = "REQUIRE_COMPOSE"  # if it is set, what cannot be tried here is a problem


@dataclass
class Check:
    """One line of the table. `number` things were looked at; each problem is a sentence."""

    title: str
    number: int
    problems: list[str] = field(default_factory=list)
    not_tried: str = ""  # why nothing was looked at, if this machine is the reason

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong, and something was looked at where that is possible."""
        return not self.problems and (self.number > 0 or bool(self.not_tried))

    @property
    def result(self) -> str:
        """The result in a word or two."""
        if self.problems:
            return f"{len(self.problems)} wrong"
        if self.not_tried:
            return "not tried"
        return "good" if self.number else "nothing there"


def untried(title: str, why: str) -> Check:
    """A check that this machine lacks something for; `why` says what to do."""
    return Check(title, 0, [why]) if os.environ.get(REQUIRED) else Check(title, 0, not_tried=why)


def show(checks: Sequence[Check], console: Console) -> None:
    """The table, and below it in full every problem, and why something was not tried."""
    table = Table("checked", box=box.SIMPLE)
    table.add_column("how many", justify="right")
    table.add_column("result")
    for check in checks:
        style = None if check.passed else "bold red"
        table.add_row(check.title, f"{check.number:,}", check.result, style=style)
    console.print(table)
    for check in checks:
        if check.not_tried:
            console.print(f"{check.title}: {check.not_tried}", highlight=False, markup=False)
        for problem in check.problems:
            console.print(f"{check.title}: {problem}", highlight=False, markup=False, style="red")
