"""A scenario: a piece of life that a submission is put through, and what is seen of it.

A scenario is a function from a stage to evidence, a frozen dataclass of plain values that its
module defines. It judges nothing; checks do. It raises Trouble, or ProcessFailed, where the
submission did not get so far that there is anything to see.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load_test.experiment.prepared import Prepared
from load_test.experiment.servers import Package
from load_test.experiment.traces import Traces


@dataclass(frozen=True)
class Stage:
    """Where scenarios put a submission through its paces; each has a folder of its own.

    `prepared` holds the users of all scenarios, with names that nobody can know beforehand:
    `Prepared.rooms` with two members at least. `chance` is seeded by the grading, for contents and
    orders. `traces` is the grader's own store. `declared` is what the submission says its
    acknowledgement means: ``queued`` or ``stored``.
    """

    submission: Package  # started in its sandbox, whoever starts it
    challenge: Package  # the instructor's, trusted
    prepared: Prepared
    traces: Traces
    folder: Path
    chance: random.Random
    declared: str

    def log(self, name: str) -> Path:
        """The file that a server of this scenario prints to."""
        return self.folder / f"{name}.log"


@dataclass(frozen=True)
class Scenario:
    """One scenario, by the name of its module.

    `full`: only part of a full grading. `quiet`: needs the machine for itself. `lasts_s`: about,
    for the progress bar. `title`: what a person reads while it runs.
    """

    name: str
    title: str
    lasts_s: float
    full: bool
    quiet: bool
    run: Callable[[Stage], Any]


def scenario(
    title: str, lasts_s: float, full: bool = False, quiet: bool = False
) -> Callable[[Callable[[Stage], Any]], Scenario]:
    """Make a function the scenario of its module."""

    def make(run: Callable[[Stage], Any]) -> Scenario:
        name = run.__module__.rpartition(".")[2]
        return Scenario(name, title, lasts_s, full, quiet, run)

    return make
