"""What the New Year's load test says of a run, and whether it calls it good."""

import dataclasses

import pytest

from load_test.new_year.output import Outcome, Row, print_summary

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
    rows=[ACKNOWLEDGED, BROADCAST],
    failures=[],
    generator_busy=False,
)


def test_a_good_run_says_how_long_greetings_took() -> None:
    assert GOOD.good
    assert GOOD.sentence() == (
        "All 100 greetings were delivered, half of them within 50 ms and 95 of 100 within 1,200 ms."
    )


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
    run = dataclasses.replace(GOOD, rows=[failed, BROADCAST])
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
    assert nothing.sentence() == sentence


def test_the_summary_holds_rows_failures_and_the_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = dataclasses.replace(GOOD, delivered=97, undelivered=2, failures=["1 x [oops]"])
    print_summary(dataclasses.replace(bad, generator_busy=True))
    said = capsys.readouterr().out
    assert "send to broadcast" in said
    assert "1,200" in said
    assert "1 x [oops]" in said
    assert "undelivered: 2" in said
    assert "Locust itself was short of processor time" in said
    assert said.endswith(bad.sentence() + "\n")


def test_times_of_an_empty_row_are_unknown_and_not_zero(capsys: pytest.CaptureFixture[str]) -> None:
    empty = Row("send to broadcast", 0, 0, 0, 0, 0)
    print_summary(dataclasses.replace(GOOD, sent=0, delivered=0, rows=[ACKNOWLEDGED, empty]))
    row = next(line for line in capsys.readouterr().out.splitlines() if "to broadcast" in line)
    assert row.count(" - ") == 3
