"""Runs fault experiments, each in a process of its own: two at a time, or alone if they must."""

import logging
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from pathlib import Path
from queue import Queue

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.faults.experiments import EXPERIMENTS, Experiment
from tests.faults.outcome import Outcome
from tests.faults.quiet_eventlet import import_first

AT_A_TIME = 2  # of a machine with two cores
LOOK_S = 0.2
MOST_TOLD = 5  # of the broken promises of one experiment, in full

Outcomes = dict[str, Outcome]
Conducted = Future[tuple[Outcome, float]]


def try_all(experiments: Sequence[Experiment], form: str, seed: int, console: Console) -> Outcomes:
    """Run experiments; what each counted, by name, in their order."""
    together = [each for each in experiments if not each.alone]
    groups = [together, *([each] for each in experiments if each.alone)]
    outcomes: Outcomes = {}
    columns = (TextColumn("{task.description:18}"), BarColumn(), MofNCompleteColumn())
    spawn = multiprocessing.get_context("spawn")
    with (
        spawn.Manager() as manager,
        ProcessPoolExecutor(AT_A_TIME, mp_context=spawn, initializer=import_first) as pool,
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
    ):
        ticks = manager.Queue()
        for group in groups:
            running = {
                pool.submit(conduct, each.name, form, seed, ticks): each.name for each in group
            }
            tasks = {
                each.name: progress.add_task(each.name, total=each.rounds(form)) for each in group
            }
            while running:
                done, _ = wait(running, LOOK_S, FIRST_COMPLETED)
                while not ticks.empty():
                    progress.advance(tasks[ticks.get()])
                for future in done:
                    name = running.pop(future)
                    outcomes[name] = tell(name, future, progress.console)
    return {each.name: outcomes[each.name] for each in experiments}


def conduct(name: str, form: str, seed: int, ticks: "Queue[str]") -> tuple[Outcome, float]:
    """Run one experiment, in a worker; what it counted, and the seconds that it took."""
    # What servers and storages log of the faults is what we asked for.
    logging.getLogger().addHandler(logging.NullHandler())
    (experiment,) = [each for each in EXPERIMENTS if each.name == name]
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        tick = partial(ticks.put, name)
        outcome = experiment.run(experiment.rounds(form), seed, Path(folder), tick)
    return outcome, time.monotonic() - started_s


def tell(name: str, future: Conducted, console: Console) -> Outcome:
    """Print whether an experiment's promises were kept, and what it counted, for the table."""
    try:
        outcome, took_s = future.result()
    except Exception as error:  # a mistake of the experiment's own must not pass for success
        outcome, took_s = Outcome(broken=[f"the experiment itself failed: {error!r}"]), 0.0
    verdict = "kept" if outcome.kept else "[bold red]BROKEN[/]"
    console.print(f"{name}: {verdict} ({took_s:.0f} s)", highlight=False)
    for line in outcome.broken[:MOST_TOLD]:
        console.print(f"  {line}", highlight=False, markup=False, style="red")
    return outcome
