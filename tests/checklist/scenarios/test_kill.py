"""Tests of the scenario of the kills, on real servers: right ones, and one that lies."""

from pathlib import Path

import pytest

from tests.checklist.scenarios.kill import LIVES, MAX_QUEUE, SCENARIO, Kill
from tests.checklist.staging import open_stages
from tests.checklist.submission import Submission
from tests.checklist.zoo.animal import ATTEMPT, Animal, Base, Edit, lent, make

pytestmark = pytest.mark.slow
SEED = 7
CHALLENGE, SOLUTION = Animal("challenge", "slow", Base.CHALLENGE), Animal("solution", "right")
LIAR = Animal(
    "lies",
    "says stored when it is queued",
    edits=(
        Edit("config.py", 'ack: str = setting("queued"', 'ack: str = setting("stored"'),
        lent("acknowledged as stored before stored"),
    ),
)


def see(animal: Animal, folder: Path) -> Kill:
    """What the scenario sees of a submission."""
    make(animal, folder)
    with open_stages(Submission(animal.name, folder / ATTEMPT), SEED) as stages:
        seen = SCENARIO.run(stages.stage(SCENARIO.name))
    assert isinstance(seen, Kill)
    return seen


@pytest.mark.parametrize("animal", [CHALLENGE, SOLUTION], ids=lambda each: each.name)
def test_a_right_answer_loses_at_most_a_queue(animal: Animal, tmp_path: Path) -> None:
    seen = see(animal, tmp_path)

    account = seen.account
    assert account.lost + account.doubled + account.out_of_order + account.unreadable == 0
    assert account.acknowledged > 0
    assert len(seen.open_of_lives) == seen.lives == LIVES
    assert sum(seen.open_of_lives) == account.open
    assert max(seen.open_of_lives) <= MAX_QUEUE
    assert seen.damaged == seen.problems == ()
    if animal is CHALLENGE:  # it says stored, and means it
        assert account.open == 0


def test_what_was_only_said_to_be_stored_is_lost(tmp_path: Path) -> None:
    seen = see(LIAR, tmp_path)

    assert seen.account.stored > 0
    assert seen.account.lost > 0
    assert seen.account.open == 0
