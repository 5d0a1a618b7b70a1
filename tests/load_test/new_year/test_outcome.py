"""What a run measured, and whether that is called good."""

import dataclasses

import pytest

from load_test.new_year.outcome import Objective, Outcome, Row

ACKNOWLEDGED = Row("send to acknowledgement", 100, 0, 2, 5, 9)
BROADCAST = Row("send to broadcast", 100, 0, 50, 1_200, 1_500)
GOOD = Outcome(
    guests=10,
    here=10,
    planned_s=10,
    greeted_s=10.1,
    sent=100,
    delivered=100,
    undelivered=0,
    acknowledgement=ACKNOWLEDGED,
    broadcast=BROADCAST,
    failures=[],
    generator_busy=False,
    objective_p95_ms=1_200,
)


def test_a_good_run_says_how_long_greetings_took() -> None:
    assert GOOD.good
    assert GOOD.sentence() == (
        "All 100 greetings were delivered, half of them within 50 ms and 95 of 100 within 1,200 ms."
    )


def test_objectives_are_met_up_to_their_limit() -> None:
    assert GOOD.objectives == [
        Objective("every greeting delivered", "100 of 100", met=True),
        Objective("p95 of send to broadcast within 1,200 ms", "1,200 ms", met=True),
    ]
    # when the limit is one below
    slow = dataclasses.replace(GOOD, objective_p95_ms=1_199)
    # then it is missed, though all was delivered
    assert [objective.met for objective in slow.objectives] == [True, False]
    assert not slow.good


def test_without_a_limit_every_time_is_good_and_losses_are_not() -> None:
    lossy = dataclasses.replace(GOOD, objective_p95_ms=0, delivered=99, undelivered=1)
    (objective,) = lossy.objectives
    assert objective == Objective("every greeting delivered", "99 of 100", met=False)
    assert not lossy.good


def test_a_run_that_was_ended_early_says_so() -> None:
    early = dataclasses.replace(GOOD, greeted_s=3.2)
    assert early.good
    assert early.sentence().startswith("Ended after 3 s. All 100")


def test_what_was_undelivered_and_refused_is_told_apart() -> None:
    bad = dataclasses.replace(GOOD, delivered=60, undelivered=30)
    assert not bad.good
    assert bad.sentence() == (
        "Of 100 greetings 60 were delivered, 30 were not when their time was up "
        "and 10 were refused or could not be sent."
    )


def test_a_missing_acknowledgement_is_a_failure_though_all_was_delivered() -> None:
    failed = dataclasses.replace(ACKNOWLEDGED, failures=2)
    run = dataclasses.replace(GOOD, acknowledgement=failed)
    assert not run.good
    assert run.sentence().endswith("; 2 lack their acknowledgement.")


@pytest.mark.parametrize(
    ("here", "sentence"),
    [
        (3, "Only 3 of 10 guests got in, and nobody greeted."),
        (10, "Nobody greeted, so nothing was measured."),
    ],
)
def test_a_run_without_greetings_is_not_good(here: int, sentence: str) -> None:
    nothing = dataclasses.replace(GOOD, here=here, sent=0, delivered=0)
    assert not nothing.good
    assert nothing.objectives == []
    assert nothing.sentence() == sentence
