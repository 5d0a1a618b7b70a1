"""A grading in the terminal: what it does while it lasts, and then a line for each check."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from statistics import fmean
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tests.checklist.check import Result
from tests.checklist.grade_file import Grade, Status, clean
from tests.checklist.judge import NOT_LOOKED_AT, Finding, ItemGrade
from tests.checklist.perform import AT_ONCE
from tests.checklist.scenario import Scenario
from tests.checklist.words import RESULTS, clock, left_out, next_step, points, reference

STYLES = {
    Result.PASSED: "green",
    Result.FAILED: "bold red",
    Result.NOT_RUN: "dim",
    Result.CANNOT_TELL: "magenta",
}
REFRESH_PER_S = 4


class LastLine(ABC):
    """A context manager that keeps `line` below everything else, as long as it is a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(  # asks for a line at once
                console=self._console,
                get_renderable=lambda: Text(self.line(), no_wrap=True, overflow="ellipsis"),
                refresh_per_second=REFRESH_PER_S,
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    @abstractmethod
    def line(self) -> str:
        """Where it stands now."""


class ScenarioProgress(LastLine):
    """A context manager that shows which scenarios run, and about how long it will take.

    On a terminal one line that changes in place; elsewhere a plain line when a scenario has ended.
    """

    def __init__(self, console: Console, scenarios: Sequence[Scenario]) -> None:
        super().__init__(console)
        self._scenarios = {each.name: each for each in scenarios}
        self._running: dict[str, float] = {}  # since when
        self._waiting = list(self._scenarios)
        self._began_s = time.monotonic()
        self._lock = threading.Lock()  # scenarios tell from threads of their own

    def tell(self, name: str, what: str) -> None:
        """A scenario begins, or anything else becomes of it, after which it no longer runs."""
        with self._lock:
            if name in self._waiting:
                self._waiting.remove(name)
                self._running[name] = time.monotonic()
                return
            began_s = self._running.pop(name, self._began_s)
        if not self._console.is_terminal:
            took_s = time.monotonic() - began_s
            title = self._scenarios[name].title
            self._console.print(f"{title}: {what} ({took_s:.1f} s)", highlight=False, markup=False)

    def line(self) -> str:
        """Where it stands: elapsed, what runs, what is left."""
        now_s = time.monotonic()
        with self._lock:
            running, waiting = dict(self._running), list(self._waiting)
        left_s = {name: self._scenarios[name].lasts_s for name in waiting}
        for name, since_s in running.items():
            left_s[name] = max(0.0, self._scenarios[name].lasts_s - (now_s - since_s))
        alone_s = sum(left_s[name] for name in left_s if self._scenarios[name].quiet)
        about_s = alone_s + (sum(left_s.values()) - alone_s) / AT_ONCE
        titles = ", ".join(self._scenarios[name].title for name in running)
        return f"{clock(now_s - self._began_s)}  (about {clock(about_s)} left)  {titles}"


def print_grade(grade: Grade, console: Console) -> None:
    """A line for each check, grouped by item; then the points, and how it was graded."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column()
    for item in grade.items:
        _add_item(table, grade, item)
    console.print(table)
    console.print()
    for line in last_lines(grade):
        console.print(line, highlight=False, markup=False)


def told(finding: Finding) -> RenderableType:
    """What is to be said of a check besides its result: all of it only where there is a doubt."""
    text = Text(finding.name, style="bold")
    if finding.result is Result.PASSED:
        return text
    if finding.result is Result.NOT_RUN:
        because = "because " if finding.because else ""
        return text.append(f"  {because}{clean(finding.actual)}", style="not bold dim")
    details = Table.grid(padding=(0, 2, 0, 0))
    for name, value in (
        ("expected", finding.expected),
        ("actual", finding.actual),
        ("next", next_step(finding)),
    ):
        if value:
            details.add_row(Text(name, style="dim"), Text(clean(value)))
    return Group(text.append(f"  {finding.asks}", style="not bold"), details)


def last_lines(grade: Grade) -> list[str]:
    """The points, and how they came about."""
    aside = left_out(grade)
    by_hand = sum(each.max for each in aside if each.name in grade.manual)
    in_full = sum(each.max for each in aside) - by_hand
    lines = [f"{points(grade.points)} of {points(grade.max)} points so far"]
    if in_full:
        lines.append(f"{points(in_full)} points are {NOT_LOOKED_AT}")
    if by_hand:
        lines.append(f"{points(by_hand)} points are the instructor's to give")
    lines.append(
        f"{grade.mode} grading in {grade.seconds:.0f} s, isolation: {grade.isolation}, "
        f"seed {grade.seed}"
    )
    return lines


def _add_item(table: Table, grade: Grade, item: ItemGrade) -> None:
    """An item's title and points, and a row for each of its checks."""
    earned = f"{points(grade.item_points(item))}/{points(item.max)}"
    table.add_row(Text(item.id, style="bold underline"), earned, Text(item.title, style="bold"))
    for each in item.findings:
        table.add_row(
            Text(RESULTS[each.result], style=STYLES[each.result]),
            f"{points(grade.points_of(each))}/{points(each.max)}",
            told(each),
        )
    if answer := reference(grade, item):
        table.add_row("", "", Text(f"earned: compare with {answer}", style="green"))
    table.add_row()


class ClassProgress(LastLine):
    """A context manager that tells of each submission whose grade is there, and what is left.

    On a terminal a last line shows which are being graded. `lasts_s` is about how long one takes
    by itself; as soon as there is one, the mean of those that were graded counts.
    """

    def __init__(self, console: Console, number: int, lasts_s: float, at_once: int) -> None:
        super().__init__(console)
        self._number, self._at_once = number, at_once
        self._lasts_s = lasts_s
        self._running: dict[str, float] = {}
        self._took_s: list[float] = []

    def begin(self, name: str) -> None:
        """A submission is being graded from now on."""
        self._running[name] = time.monotonic()

    def end(self, name: str, grade: Grade) -> None:
        """It has its grade, or it has none."""
        took_s = time.monotonic() - self._running.pop(name)
        self._took_s.append(took_s)
        if grade.status is Status.GRADED:
            what = f"{points(grade.points)} of {points(grade.max)} points"
        else:
            what = f"{grade.status}: {grade.problem}".partition("\n")[0]
        self._console.print(
            f"{len(self._took_s)}/{self._number} {name}: {what} "
            f"({clock(took_s)}; about {clock(self.left_s())} left)",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip

    def left_s(self) -> float:
        """About how long the rest takes."""
        each_s = fmean(self._took_s) if self._took_s else self._lasts_s
        now_s = time.monotonic()
        begun_s = sum(max(0.0, each_s - (now_s - since)) for since in self._running.values())
        waiting = self._number - len(self._took_s) - len(self._running)
        return (begun_s + waiting * each_s) / self._at_once

    def line(self) -> str:
        """Who is being graded, for how long, and what is left."""
        now_s = time.monotonic()
        names = (f"{name} {clock(now_s - since)}" for name, since in self._running.items())
        return f"about {clock(self.left_s())} left  {', '.join(names)}"
