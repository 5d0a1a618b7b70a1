"""Eight animals of many, each against the check that names what is wrong with it, and no other.

`make zoo` has all of them graded in full, and holds the whole grade against what is expected.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.checklist.catalogue import CHECKS, RUBRIC, SCENARIOS
from tests.checklist.check import Result
from tests.checklist.judge import Finding, judge
from tests.checklist.perform import perform
from tests.checklist.rubric import Item, Rubric
from tests.checklist.sandbox.isolation import best_way
from tests.checklist.sandbox.workspace import fill
from tests.checklist.staging import Stages, open_stages
from tests.checklist.submission import Submission
from tests.checklist.zoo.animal import ATTEMPT, ROOT, Animal, make
from tests.checklist.zoo.catalogue import ANIMALS

SEED = 8
# One of each scenario of a quick grading, and of what can keep one from being seen.
EIGHT = (
    "functions",
    "broken",
    "shouts",
    "lifo",
    "rotates-late",
    "invents-metrics",
    "loses-failed",
    "no-drain",
)


@pytest.fixture(scope="module")
def stages() -> Iterator[Stages]:
    """Users and a trace store, which all eight share: they take longer to make than an animal."""
    with open_stages(Submission("challenge", ROOT / "challenge"), SEED) as opened:
        yield opened


def look(animal: Animal, stages: Stages, folder: Path) -> Finding:
    """What the animal's decisive check finds; what it needs is not looked at."""
    make(animal, folder)
    [check] = [each for each in CHECKS if each.name == animal.decisive]
    alone = Rubric((Item(check.item, "", (RUBRIC.entry(check.name),)),))
    with tempfile.TemporaryDirectory(prefix="chat-") as name:
        sandbox = best_way().sandbox(Path(name))
        fill(sandbox.workspace, folder / ATTEMPT)
        own = replace(stages, folder=Path(name), sandbox=sandbox)
        needed = [each for each in SCENARIOS if each.name in check.on]
        evidence = perform(needed, own, lambda scenario, what: None)
    [item] = judge(evidence, [replace(check, needs=())], alone)
    return item.findings[0]


@pytest.mark.parametrize("name", EIGHT)
def test_what_is_wrong_is_named(name: str, stages: Stages, tmp_path: Path) -> None:
    [animal] = [each for each in ANIMALS if each.name == name]
    finding = look(animal, stages, tmp_path)
    assert (finding.result, finding.word) == (Result.FAILED, animal.word), finding.actual
