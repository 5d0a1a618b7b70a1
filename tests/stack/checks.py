"""What was checked, how many of it, and what was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table


@dataclass
class Check:
    """One line of the table. `number` things were looked at; each problem is a sentence."""

    title: str
    number: int
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether there was something to look at, and nothing wrong with it."""
        return self.number > 0 and not self.problems


def show(checks: Sequence[Check], console: Console) -> None:
    """The table, and below it every problem in full."""
    table = Table("checked", box=box.SIMPLE)
    table.add_column("how many", justify="right")
    table.add_column("result")
    for check in checks:
        wrong = f"{len(check.problems)} wrong" if check.problems else "nothing there"
        result, style = ("good", None) if check.passed else (wrong, "bold red")
        table.add_row(check.title, f"{check.number:,}", result, style=style)
    console.print(table)
    for check in checks:
        for problem in check.problems:
            console.print(f"{check.title}: {problem}", highlight=False, markup=False, style="red")
