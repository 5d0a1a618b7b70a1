"""Who is contradicted by all others is the odd one out; what differs a little still agrees."""

import pytest

from load_test.experiment.causes import (
    BYTES,
    LEDGER,
    METRICS,
    SPANS,
    STORED,
    SYSTEM,
    Counted,
    Evidence,
    likely_cause,
)


@pytest.mark.parametrize(
    ("counts", "agree", "odd"),
    [
        ({}, None, None),
        ({LEDGER: 100}, None, None),
        ({LEDGER: 100, SPANS: 103}, True, None),
        ({LEDGER: 100, SPANS: 104}, False, None),  # two: no telling who
        ({LEDGER: 100, METRICS: 100, SPANS: 50}, False, SPANS),
        ({LEDGER: 100, METRICS: 50, SPANS: 100}, False, METRICS),
        ({LEDGER: 100, METRICS: 103, SPANS: 106}, False, None),  # the one between fits both
        ({LEDGER: 100, METRICS: 200, SPANS: 300}, False, None),
    ],
)
def test_the_odd_one_out(counts: dict[str, int], agree: bool | None, odd: str | None) -> None:
    counted = Counted(STORED, counts, slack=3)

    assert (counted.agree, counted.odd_one_out) == (agree, odd)


def test_large_counts_may_differ_by_a_share() -> None:
    assert Counted(STORED, {LEDGER: 10_000, SPANS: 9_801}, slack=3).agree is True
    assert Counted(STORED, {LEDGER: 10_000, SPANS: 9_799}, slack=3).agree is False


def test_only_the_system_may_differ_by_its_own_slack() -> None:
    small_files = Counted(BYTES, {METRICS: 500, SPANS: 500, SYSTEM: 8_000}, 30, 8_192)
    lie = Counted(BYTES, {METRICS: 500, SPANS: 1_000, SYSTEM: 8_000}, 30, 8_192)

    assert small_files.agree is True
    assert lie.agree is False


def test_three_who_all_differ_convict_nobody() -> None:
    counted = Counted(STORED, {LEDGER: 100, METRICS: 200, SPANS: 300}, slack=3)

    cause = likely_cause(counted, [counted], Evidence(spans=300))

    assert cause == "no two of them agree"


def test_a_system_that_sees_nothing_is_no_witness_against_the_server() -> None:
    counted = Counted(BYTES, {METRICS: 1_000_000, SYSTEM: 0}, slack=3, system_slack=8_192)

    assert "may lie in memory" in likely_cause(counted, [counted], Evidence())
