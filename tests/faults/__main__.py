"""Break things on purpose, and count which promises were kept.

Each experiment repeats one kind of fault and holds what the servers acknowledged against what is
there afterwards. It ends with one table, and exit code 1 if any promise was broken.
"""

import argparse
import logging
import secrets
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

# The servers tell of it where people look for it.
warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")

from tests.faults.experiments import EXPERIMENTS, FORMS, Experiment
from tests.faults.outcome import Outcome

COLUMNS = ("rounds", "faults", "acknowledged", "lost", "doubled", "out_of_order", "unreadable")
MOST_TOLD = 5  # of the broken promises of one experiment, in full


def try_all(
    experiments: Sequence[Experiment], form: str, seed: int, console: Console
) -> dict[str, Outcome]:
    """Run experiments one after the other; what each counted, by name."""
    outcomes: dict[str, Outcome] = {}
    columns = (TextColumn("{task.description:18}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        for experiment in experiments:
            rounds = experiment.rounds(form)
            task = progress.add_task(experiment.name, total=rounds)
            started_s = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="faults-") as folder:
                tick = partial(progress.advance, task)
                outcome = experiment.run(rounds, seed, Path(folder), tick)
            progress.update(task, completed=rounds)
            outcomes[experiment.name] = outcome
            verdict = "kept" if outcome.kept else "[bold red]BROKEN[/]"
            took = f"{time.monotonic() - started_s:.0f} s"
            progress.console.print(f"{experiment.name}: {verdict} ({took})", highlight=False)
            for line in outcome.broken[:MOST_TOLD]:
                progress.console.print(f"  {line}", highlight=False, markup=False, style="red")
    return outcomes


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
        help="full takes 25 minutes, longer 5, short half a minute (default: full)",
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
    # What servers and storages log of the faults is what we asked for.
    logging.getLogger().addHandler(logging.NullHandler())
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
