"""An evening, with a server that is right and with one that is not."""

from pathlib import Path

import pytest

from load_test.experiment.ledger import Ledger
from load_test.experiment.processes import PROJECT
from tests.checklist.scenarios import talk
from tests.checklist.scenarios.account import Account
from tests.checklist.scenarios.evening import FEWEST_AT_ONCE, LONE_MESSAGES
from tests.checklist.scenarios.talk import Talk, left_waiting
from tests.checklist.staging import open_stages
from tests.checklist.submission import Submission
from tests.checklist.zoo.animal import ATTEMPT, Animal, Edit, lent, make
from tests.checklist.zoo.answering import LEAVES
from tests.checklist.zoo.edits import SOCKETS

WRONG = Animal(
    "wrong",
    "lets anybody in, shows everything to everybody, and the last first",
    edits=(
        Edit(
            SOCKETS,
            "username = self._auth.username(token)",
            'username = self._auth.username(token) if token else "nobody"',
        ),
        LEAVES,
        lent("who is not a member reads"),
        lent("broadcast to all rooms"),
        lent("LIFO batch"),
    ),
)


def spend(package: Path) -> Talk:
    """An evening with a submission."""
    with open_stages(Submission("somebody", package), seed=8) as stages:
        return talk.run(stages.stage("talk"))


@pytest.mark.slow
def test_the_challenge_is_right_and_writes_each_message() -> None:
    seen = spend(PROJECT / "challenge")

    assert seen.answers.keys() <= {"stored", "shutting_down"}
    assert seen.shown == seen.answers["stored"] == seen.account.stored
    assert seen.account == clean(seen.account)
    assert all(each.is_right for each in (*seen.fields, *seen.rooms))
    assert (seen.strangers, seen.overheard, seen.after_leaving) == (0, 0, 0)
    assert (seen.echoed, seen.left) == (1, 0)
    assert len(seen.lone) == LONE_MESSAGES
    assert seen.everything.messages >= FEWEST_AT_ONCE
    if seen.everything.writes is not None:
        assert seen.everything.writes == seen.everything.shown
        assert seen.open_at_once == 1


@pytest.mark.slow
def test_what_is_wrong_is_seen(tmp_path: Path) -> None:
    make(WRONG, tmp_path)
    seen = spend(tmp_path / ATTEMPT)

    wrong = {each.asked for each in seen.rooms if not each.is_right}
    assert wrong == {
        "reading a room as a member of another room",
        "reading a room as a newcomer",
        "connecting with no token",
        "sending to a room of others",
        "joining a room of others",
    }
    assert all(each.is_right for each in seen.fields)
    assert seen.strangers > FEWEST_AT_ONCE
    assert seen.overheard > FEWEST_AT_ONCE
    assert seen.after_leaving > FEWEST_AT_ONCE
    assert seen.account.out_of_order > 0
    assert seen.account == clean(seen.account, seen.account.out_of_order)
    if seen.bursts[-1].writes is not None:
        assert seen.bursts[-1].writes < seen.bursts[-1].messages / 10


def clean(account: Account, out_of_order: int = 0) -> Account:
    """The account with no other fault; packets that a member cannot know are none."""
    sums = (account.sent, account.acknowledged, account.stored)
    return Account(*sums, 0, 0, 0, 0, out_of_order, 0, 0, 0, account.unreadable)


@pytest.fixture
def ledger() -> Ledger:
    """Two senders by turns, who sent five messages each of which was acknowledged but the last."""
    ledger = Ledger([0, 1, 0, 1, 0, 1], rooms=[0, 0])
    for number in range(6):
        ledger.send(number, 1.0)
        if number < 5:
            ledger.acknowledge(number, "queued", 1.0)
    return ledger


def test_what_waits_at_the_end_is_no_gap(ledger: Ledger) -> None:
    ledger.refuse(3, "queue_full", 1.0)
    ledger.receive(0, 0, 1.0)
    # 1 was overtaken by 3, which was refused; 2 by 4, which is stored; 5 still waits.
    assert left_waiting(ledger, stored=[0, 4]) == {5}
    assert left_waiting(ledger, stored=[0]) == {2, 4, 5}
