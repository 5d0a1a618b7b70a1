"""What a run of the New Year's load test says: a heading, a live line, one summary."""

import shutil
import sys
import time

from rich.console import Console
from rich.table import Table

from load_test.new_year.outcome import Objective, Outcome
from load_test.new_year.plan import Plan

LINE_EVERY_S = 5.0  # where there is no terminal for a line that changes
MISSED = (
    "An objective missed is a result and not a mistake: it tells what this server cannot do "
    "under this load."
)
BUSY = "Locust itself was short of processor time: part of these times may be its own."


class LiveLine:
    """One line that tells how it goes: on a terminal in place, elsewhere now and then."""

    def __init__(self) -> None:
        self._in_place = sys.stdout.isatty()
        self._due_s = 0.0

    def show(self, text: str) -> None:
        """Say how it goes."""
        if self._in_place:
            width = shutil.get_terminal_size().columns - 1  # a line that wraps cannot be replaced
            sys.stdout.write(f"\r{text[:width]}\x1b[K")
        elif time.monotonic() >= self._due_s:
            sys.stdout.write(f"{text}\n")
            self._due_s = time.monotonic() + LINE_EVERY_S
        sys.stdout.flush()

    def clear(self) -> None:
        """Make room for other lines."""
        if self._in_place:
            sys.stdout.write("\r\x1b[K")


def print_heading(server: str, waiting: int, plan: Plan) -> None:
    """Say what is about to happen, and what a good end would be.

    `waiting` messages of before, which the server has yet to store, make this run look slower.
    """
    rooms = "1 room" if plan.rooms == 1 else f"{plan.rooms} rooms"
    limit_ms = plan.objective_p95_ms
    in_time = f", 95 of 100 within {limit_ms:,} ms" if limit_ms else ""
    sys.stdout.write(
        f"{server} at {plan.address}: {plan.users} guests in {rooms} "
        f"send {plan.rate:g} greetings/s for {plan.seconds} s. Ctrl-C ends it early.\n"
        f"Objectives: every greeting is delivered{in_time}.\n"
    )
    if waiting:
        sys.stdout.write(
            f"{waiting:,} messages of before still wait to be stored, and this run behind them: "
            f"for times of its own let the server finish first.\n"
        )


def print_summary(outcome: Outcome) -> None:
    """Print the rows, what failed and how often, one sentence, and the objectives."""
    out = Console(highlight=False, markup=False, soft_wrap=True)
    table = Table("", "count", "failures", "p50 ms", "p95 ms", "p99 ms")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in (outcome.acknowledgement, outcome.broadcast):
        times = [f"{ms:,.0f}" if row.count else "-" for ms in (row.p50_ms, row.p95_ms, row.p99_ms)]
        table.add_row(row.name, f"{row.count:,}", f"{row.failures:,}", *times)
    out.print(table)
    for failure in outcome.failures:
        out.print(failure)
    out.print(f"undelivered: {outcome.undelivered:,}")
    if outcome.generator_busy:
        out.print(BUSY)
    out.print(outcome.sentence())
    for objective in outcome.objectives:
        out.print(_in_words(objective))
    if not all(objective.met for objective in outcome.objectives):
        out.print(MISSED)


def _in_words(objective: Objective) -> str:
    verdict = "met" if objective.met else "missed"
    return f"objective {verdict}: {objective.wanted} ({objective.found})"
