"""What a run of the New Year's load test says: a heading, a live line, one summary."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from load_test.new_year.options import Plan

LINE_EVERY_S = 5.0  # where there is no terminal for a line that changes


@dataclass(frozen=True)
class Row:
    """Counts and times, in milliseconds, of one kind of wait; failures' times count too."""

    name: str
    count: int
    failures: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Outcome:
    """What one run measured.

    `sent` greetings are `delivered`, `undelivered` when their time was up, or refused.
    """

    guests: int
    here: int
    planned_s: float
    greeted_s: float
    sent: int
    delivered: int
    undelivered: int
    rows: Sequence[Row]  # to the acknowledgement, to the broadcast
    failures: Sequence[str]
    generator_busy: bool

    @property
    def good(self) -> bool:
        """Whether every greeting was acknowledged and delivered, and there were some."""
        return 0 < self.sent == self.delivered and not any(row.failures for row in self.rows)

    def sentence(self) -> str:
        """How it went, in plain words."""
        if self.here < self.guests and not self.sent:
            return f"Only {self.here} of {self.guests} guests got in, and nobody greeted."
        if not self.sent:
            return "Nobody greeted, so nothing was measured."
        early = "" if self.greeted_s >= self.planned_s else f"Ended after {self.greeted_s:.0f} s. "
        if self.delivered == self.sent:
            acknowledgement, broadcast = self.rows
            but = f"; {acknowledgement.failures:,} lack their acknowledgement"
            return (
                f"{early}All {self.sent:,} greetings were delivered, half of them within "
                f"{broadcast.p50_ms:,.0f} ms and 95 of 100 within {broadcast.p95_ms:,.0f} ms"
                f"{but if acknowledgement.failures else ''}."
            )
        refused = self.sent - self.delivered - self.undelivered
        parts = [f"{self.delivered:,} were delivered"]
        if self.undelivered:
            parts.append(f"{self.undelivered:,} were not when their time was up")
        if refused:
            parts.append(f"{refused:,} were refused or could not be sent")
        return f"{early}Of {self.sent:,} greetings {', '.join(parts[:-1])} and {parts[-1]}."


class LiveLine:
    """One line that tells how it goes: on a terminal in place, elsewhere now and then."""

    def __init__(self) -> None:
        self._in_place = sys.stdout.isatty()
        self._due_s = 0.0

    def show(self, text: str) -> None:
        """Say how it goes."""
        if self._in_place:
            sys.stdout.write(f"\r{text}\x1b[K")
        elif time.monotonic() >= self._due_s:
            sys.stdout.write(f"{text}\n")
            self._due_s = time.monotonic() + LINE_EVERY_S
        sys.stdout.flush()

    def clear(self) -> None:
        """Make room for other lines."""
        if self._in_place:
            sys.stdout.write("\r\x1b[K")


def print_heading(name: str, plan: Plan) -> None:
    """Say what is about to happen."""
    rooms = "1 room" if plan.rooms == 1 else f"{plan.rooms} rooms"
    sys.stdout.write(
        f"{name} at {plan.address}: {plan.users} guests in {rooms} "
        f"send {plan.rate:g} greetings/s for {plan.seconds} s. Ctrl-C ends it early.\n"
    )


def print_summary(outcome: Outcome) -> None:
    """Print the rows, what failed and how often, and one sentence."""
    out = Console(highlight=False, markup=False, soft_wrap=True)
    table = Table("", "count", "failures", "p50 ms", "p95 ms", "p99 ms")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in outcome.rows:
        times = [f"{ms:,.0f}" if row.count else "-" for ms in (row.p50_ms, row.p95_ms, row.p99_ms)]
        table.add_row(row.name, f"{row.count:,}", f"{row.failures:,}", *times)
    out.print(table)
    for failure in outcome.failures:
        out.print(failure)
    out.print(f"undelivered: {outcome.undelivered:,}")
    if outcome.generator_busy:
        out.print("Locust itself was short of processor time: part of these times may be its own.")
    out.print(outcome.sentence())
