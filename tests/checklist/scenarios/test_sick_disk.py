"""Tests of the scenario of the sick disk, on real servers: right ones, and broken ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checklist.scenarios.sick_disk import (
    BURST,
    FITTING,
    LARGE_MESSAGES,
    MAX_QUEUE,
    SCENARIO,
    SMALL_BURST,
    SickDisk,
)
from tests.checklist.staging import open_stages
from tests.checklist.submission import Submission
from tests.checklist.zoo.animal import ATTEMPT, Animal, Base, Edit, lent, make
from tests.checklist.zoo.edits import SOCKETS

pytestmark = pytest.mark.slow
SEED = 7
# Each refusal takes 10 ms longer than the one before.
COUNTED = "            self._metrics.refused[error.code] += 1\n"
RELUCTANT = "            eventlet.sleep(0.01 * sum(self._metrics.refused.values()))\n"
CHALLENGE, SOLUTION = Animal("challenge", "slow", Base.CHALLENGE), Animal("solution", "right")


def see(animal: Animal, folder: Path) -> SickDisk:
    """What the scenario sees of a submission."""
    make(animal, folder)
    with open_stages(Submission(animal.name, folder / ATTEMPT), SEED) as stages:
        seen = SCENARIO.run(stages.stage(SCENARIO.name))
    assert isinstance(seen, SickDisk)
    return seen


@pytest.mark.parametrize("animal", [CHALLENGE, SOLUTION], ids=lambda each: each.name)
def test_a_right_answer_keeps_its_promises(animal: Animal, tmp_path: Path) -> None:
    seen = see(animal, tmp_path)

    # then every write was refused at first, and exactly a queue waited
    first, second = seen.sicknesses
    assert (first.sent, first.stored, first.claimed) == (BURST, 0, 0)
    assert (sum(first.refused.values()), first.waited) == (BURST - MAX_QUEUE, MAX_QUEUE)
    assert len(first.refusals_s) == BURST - MAX_QUEUE
    assert max(first.refusals_s) < 1.0
    assert set(first.refused) <= {"queue_full", "storage_unavailable"}
    # and later what did not fit into the last file
    assert (second.sent, second.stored) == (SMALL_BURST, FITTING)
    assert not second.refused
    # and both were over soon, and life went on
    for sickness in seen.sicknesses:
        assert sickness.unfounded == sickness.unreadable_before == 0
        assert sickness.first_shown_s is not None
        assert sickness.newcomer_shown_s is not None
    assert seen.served_after == seen.sent_after > 0
    # and nothing was lost, doubled or out of order
    account = seen.account
    assert account.stored == account.acknowledged > LARGE_MESSAGES + MAX_QUEUE
    assert account.lost + account.open + account.untold + account.doubled == 0
    assert account.out_of_order + account.unanswered + account.unreadable == 0
    assert seen.problems == ()


@pytest.mark.parametrize(
    ("edits", "is_seen"),
    [
        (
            (lent("in-place write"),),
            lambda seen: seen.sicknesses[0].unreadable_before == LARGE_MESSAGES,
        ),
        (
            (lent("unbounded queue"),),
            lambda seen: seen.sicknesses[0].waited == BURST,
        ),
        (
            (Edit(SOCKETS, COUNTED, COUNTED + RELUCTANT),),
            lambda seen: sum(took_s > 1.0 for took_s in seen.sicknesses[0].refusals_s) > 100,
        ),
        (
            (Edit("data_manager.py", "eventlet.sleep(delay_s)", "eventlet.sleep(3600)"),),
            lambda seen: seen.sicknesses[0].first_shown_s is None and len(seen.sicknesses) == 1,
        ),
    ],
    ids=["in place", "unbounded", "refuses one by one", "asleep"],
)
def test_what_is_broken_is_seen(
    edits: tuple[Edit, ...], is_seen: Callable[[SickDisk], bool], tmp_path: Path
) -> None:
    seen = see(Animal("broken", "on purpose", edits=edits), tmp_path)

    assert is_seen(seen), seen
