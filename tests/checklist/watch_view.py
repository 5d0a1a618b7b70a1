"""What `make watch` shows: what was found before, what is new, and how to go on.

On a terminal the picture is drawn anew whenever there is something new; elsewhere only that is
printed. It needs nothing of a terminal but to be cleared. To fit, only the first failures are told
in full: `make check` tells all of it.
"""

from collections.abc import Iterable, Set

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.checklist.check import Result
from tests.checklist.judge import Finding
from tests.checklist.rubric import Rubric
from tests.checklist.terminal import STYLES, told
from tests.checklist.words import RESULTS, points

KEYS = "a all checks   h hint   q quit"
NO_KEYS = "Ctrl-C ends it"
MOST_TOLD = 3  # failures in full: what one can work on, and what fits
OPEN = (Result.CANNOT_TELL, Result.FAILED)  # the last is the nearest to the eye


class Picture:
    """Knows the last finding of each check, and shows it.

    `has_keys`: whether there is a keyboard to offer keys for.
    """

    def __init__(self, rubric: Rubric, console: Console) -> None:
        self.console = console
        self.has_keys = False
        self._rubric = rubric
        self._order = [entry.name for item in rubric.items for entry in item.entries]
        self._found: dict[str, Finding] = {}
        self._fresh: set[str] = set()  # found by the last run, or by the one that goes on
        self._due: set[str] = set()  # still to come in it
        self._said: list[str] = []

    def begin(self, names: Set[str], why: str) -> None:
        """A run of these checks begins."""
        self._fresh, self._due, self._said = set(), set(names), []
        self.say(why)

    def learn(self, findings: Iterable[Finding]) -> None:
        """The run has found this."""
        new = {each.name: each for each in findings}
        self._found |= new
        self._fresh |= new.keys()
        self._due -= new.keys()
        self._draw()

    def end(self) -> None:
        """The run is over; what it was to find and did not stays as it was."""
        if self._due:
            self._due = set()
            self._draw()

    def say(self, text: str) -> None:
        """Show a text below, until the next run begins."""
        self._said.append(text)
        if self.console.is_terminal:
            self._draw()
        else:
            self._print(text)

    def _draw(self) -> None:
        if self.console.is_terminal:
            self.console.clear()
            self.console.print(self._before())
            self.console.print(self._new())
            self._print("\n".join(self._said))
            self._print(f"{self._total()}   {KEYS if self.has_keys else NO_KEYS}")
        else:
            self.console.print(self._new())
            self._print(self._total())

    def _before(self) -> Table:
        """What earlier runs found, of all that this one has not found yet: the names by result."""
        table = _table()
        for result in Result:
            if names := self._names(result, self._found.keys() - self._fresh):
                table.add_row(f"{RESULTS[result]} before", _by_item(names), style="dim")
        return table

    def _new(self) -> Table:
        """What this run found: names of what is well, and the failures with all there is to say."""
        table = _table()
        for result in (Result.PASSED, Result.NOT_RUN):
            if names := self._names(result, self._fresh):
                table.add_row(Text(RESULTS[result], style=STYLES[result]), _by_item(names))
        for result in OPEN:
            names = self._names(result, self._fresh)
            if more := names[MOST_TOLD:]:
                table.add_row(Text(RESULTS[result], style=STYLES[result]), _by_item(more))
            for name in names[:MOST_TOLD]:
                row = told(self._found[name])
                table.add_row(Text(RESULTS[result], style=STYLES[result]), row)
        return table

    def _names(self, result: Result, among: Set[str]) -> list[str]:
        """The checks with this result, in the order of the rubric."""
        known = (name for name in self._order if name in among)
        return [name for name in known if self._found[name].result is result]

    def _total(self) -> str:
        """The points so far, how many others look for, and what is still to come."""
        earned = sum(each.points for each in self._found.values())
        most = sum(each.max for each in self._found.values())
        line = f"{points(earned)} of {points(most)} points"
        if self._due:
            return f"{line}; {len(self._due)} checks to come"
        left = self._rubric.points - most
        return f"{line}; make check FULL=1 looks at {points(left)} more" if left else line

    def _print(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False)


def _by_item(names: Iterable[str]) -> str:
    """The names in few words: handler: serves, validates; batch: writes_files."""
    items: dict[str, list[str]] = {}
    for name in names:
        item, _, check = name.partition(".")
        items.setdefault(item, []).append(check)
    return "; ".join(f"{item}: {', '.join(checks)}" for item, checks in items.items())


def _table() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    return table
