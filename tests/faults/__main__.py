"""Break things on purpose, and count which promises were kept.

Each experiment repeats one kind of fault and holds what the servers acknowledged against what is
there afterwards. It ends with one table, and exit code 1 if any promise was broken.
"""

import argparse
import secrets
import sys
import warnings
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

# The servers tell of it where people look for it.
warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")

from tests.faults.experiments import EXPERIMENTS, FORMS, Experiment
from tests.faults.outcome import Outcome
from tests.faults.runner import try_all

COLUMNS = ("rounds", "faults", "acknowledged", "lost", "doubled", "out_of_order", "unreadable")


def show(outcomes: dict[str, Outcome], console: Console) -> None:
    """The table, and below it the figures worth telling."""
    titles = {each.name: each.title for each in EXPERIMENTS}
    table = Table(box=box.SIMPLE)
    table.add_column("experiment")
    table.add_column("fault", no_wrap=True)
    for name in (*COLUMNS, "other"):
        table.add_column(name.replace("_", " "), justify="right")
    for name, outcome in outcomes.items():
        counts = [f"{getattr(outcome, column):,}" for column in COLUMNS]
        style = None if outcome.kept else "bold red"
        table.add_row(name, titles[name], *counts, f"{len(outcome.broken):,}", style=style)
    console.print(table)
    for name, outcome in outcomes.items():
        for note in outcome.notes:
            console.print(f"{name}: {note}", highlight=False, markup=False, style="dim")


def chosen(names: Sequence[str], form: str) -> list[Experiment]:
    """The experiments of these names, or all of a form; raises ValueError for an unknown name."""
    known = {each.name: each for each in EXPERIMENTS}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"no such experiment: {', '.join(unknown)}; there is {', '.join(known)}")
    return [known[name] for name in names] or [each for each in EXPERIMENTS if each.rounds(form)]


def parse(arguments: Sequence[str]) -> tuple[list[Experiment], str, int]:
    """The experiments, the form and the seed of a command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="experiments; by default all")
    parser.add_argument(
        "--form", choices=FORMS, default="full",
        help="full takes 20 minutes, longer 5, short half a minute (default: full)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(2**32), help="to repeat a run that failed"
    )
    options = parser.parse_args(arguments)
    try:
        return chosen(options.names, options.form), options.form, options.seed
    except ValueError as error:
        parser.error(str(error))


def main() -> int:
    """Returns the exit code: 0 if all promises were kept, 1 if not, 2 for a wrong name."""
    experiments, form, seed = parse(sys.argv[1:])
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(f"seed {seed}, form {form}", highlight=False)
    try:
        outcomes = try_all(experiments, form, seed, console)
    except KeyboardInterrupt:
        console.print("stopped; what was started is gone")
        return 1
    show(outcomes, console)
    broken = [name for name, outcome in outcomes.items() if not outcome.kept]
    if broken:
        console.print(f"broken promises in {', '.join(broken)}; repeat with --seed {seed}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
