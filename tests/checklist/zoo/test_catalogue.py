"""What is expected of the animals fits the checks as they are, and what the points are to mean."""

import pytest

from tests.checklist.catalogue import CHECKS, RUBRIC, SCENARIOS
from tests.checklist.check import Result
from tests.checklist.zoo.animal import Animal
from tests.checklist.zoo.catalogue import ANIMALS
from tests.checklist.zoo.expected import expected_points, expected_results

FULL = {each.name for each in SCENARIOS}
LOSSY = ("drops", "stuck", "all-at-once", "overwrites", "memory-only")


def expected(animal: Animal) -> dict[str, Result]:
    """What is expected of an animal that is graded in full."""
    return expected_results(animal, CHECKS, RUBRIC, FULL)


@pytest.mark.parametrize("animal", ANIMALS, ids=lambda animal: animal.name)
def test_what_an_animal_fails_is_looked_at(animal: Animal) -> None:
    results = expected(animal)
    for names, result in ((animal.fails, Result.FAILED), (animal.unclear, Result.CANNOT_TELL)):
        assert set(names) == {name for name, each in results.items() if each is result}


def test_fast_and_lossy_is_worth_less_than_slow_and_right() -> None:
    points = {each.name: sum(expected_points(expected(each), RUBRIC).values()) for each in ANIMALS}
    assert max(points[name] for name in LOSSY) < points["unchanged"]
