"""Tests of the scenario of the shutdown, on real servers: right ones, and a wrong one."""

from pathlib import Path

import pytest

from tests.checklist.scenarios.shutdown import BURST, ENOUGH, PARTIAL_BATCH, SCENARIO, Shutdown
from tests.checklist.staging import open_stages
from tests.checklist.submission import Submission
from tests.checklist.zoo.animal import ATTEMPT, Animal, Base, lent, make

pytestmark = pytest.mark.slow
SEED = 7
CHALLENGE, SOLUTION = Animal("challenge", "slow", Base.CHALLENGE), Animal("solution", "right")
NO_DRAIN = Animal("no-drain", "leaves what waits", edits=(lent("no drain"),))


def see(animal: Animal, folder: Path) -> Shutdown:
    """What the scenario sees of a submission."""
    make(animal, folder)
    with open_stages(Submission(animal.name, folder / ATTEMPT), SEED) as stages:
        seen = SCENARIO.run(stages.stage(SCENARIO.name))
    assert isinstance(seen, Shutdown)
    return seen


@pytest.mark.parametrize("animal", [CHALLENGE, SOLUTION], ids=lambda each: each.name)
def test_a_right_answer_finishes_what_it_began(animal: Animal, tmp_path: Path) -> None:
    seen = see(animal, tmp_path)

    assert seen.in_a_burst.sent_before == BURST
    assert ENOUGH <= seen.in_a_burst.acknowledged_before < BURST
    assert seen.nearly_idle.sent_before == PARTIAL_BATCH
    for ending in (seen.in_a_burst, seen.nearly_idle, seen.disk_refuses):
        account = ending.account
        assert account.lost + account.open + account.untold + account.doubled == 0
        assert account.kept_though_refused + account.out_of_order == 0
        assert ending.unanswered_before == ending.cut == 0
        assert ending.took_s is not None
        assert "shutting_down" in ending.refused
        assert ending.problems == ()
    assert seen.in_a_burst.exit_code == seen.nearly_idle.exit_code == 0
    assert seen.in_a_burst.account.stored >= seen.in_a_burst.acknowledged_before
    # and what the disk did not take was stored nowhere, and no secret
    assert seen.disk_refuses.account.stored == 0
    assert seen.disk_refuses.exit_code == 1


def test_a_server_that_just_ends_leaves_messages_open(tmp_path: Path) -> None:
    seen = see(NO_DRAIN, tmp_path)

    assert seen.nearly_idle.account.open >= PARTIAL_BATCH
    assert seen.nearly_idle.cut == seen.nearly_idle.connections
