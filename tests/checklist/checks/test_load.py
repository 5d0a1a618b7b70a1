"""Tests of the checks of the load test, on evidence made by hand."""

import math
from dataclasses import replace

import pytest

from load_test.experiment.verdict import CANNOT_TELL, FASTER, SAME, SLOWER
from tests.checklist.check import Result, Verdict
from tests.checklist.checks import load, sample_talk
from tests.checklist.scenarios.account import FAULTS
from tests.checklist.scenarios.experiment import INVALID, Compared
from tests.checklist.scenarios.load import Growth, Loaded
from tests.checklist.scenarios.new_year import Part

GOOD = Loaded(
    stream=Part(400, 400, writes=40, claimed_writes=40, p95_ms=90.0, slowest_ms=95.0),
    midnight=Part(600, 600, writes=7, claimed_writes=7, p95_ms=300.0, slowest_ms=310.0),
    account=sample_talk.CLEAN,
    refused={},
    disturbed=False,
    growth=Growth(2_500, rss_bytes=1_200_000),
)
FAST = Compared(FASTER, (90.0,) * 5, (1_800.0,) * 5, ratio=20.0, low=8.0, high=50.0)


def judged(name: str, seen: Loaded | Compared) -> Verdict:
    """The verdict of a check, which says something in any case."""
    verdict = sample_talk.judged(getattr(load, name), seen)
    assert verdict.expected
    assert verdict.actual
    return verdict


@pytest.mark.parametrize(
    "name",
    ["keeps_everything", "few_writes_per_message", "meets_its_latency_objective", "memory_stays"],
)
def test_a_good_answer_passes(name: str) -> None:
    assert judged(name, GOOD).result is Result.PASSED


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_told(fault: str) -> None:
    seen = replace(GOOD, account=replace(sample_talk.CLEAN, **{fault: 3}))

    verdict = judged("keeps_everything", seen)

    assert verdict.result is Result.FAILED
    assert verdict.actual == f"3 {FAULTS[fault]}"


def test_to_be_slow_is_no_fault_and_to_refuse_is_one() -> None:
    slow = replace(GOOD, midnight=Part(600, 0, 166, 166, None, None))
    refusing = replace(GOOD, refused={"queue_full": 12})

    assert judged("keeps_everything", slow).result is Result.PASSED
    assert "12 refused (queue_full)" in judged("keeps_everything", refusing).actual


def test_writes_are_counted_in_both_parts() -> None:
    # Whoever flushes as soon as the last write is done needs some more, and may.
    eager = replace(GOOD, stream=replace(GOOD.stream, writes=160))
    each = replace(GOOD, stream=replace(GOOD.stream, writes=400))
    at_midnight = replace(GOOD, midnight=replace(GOOD.midnight, writes=300))
    in_vain = replace(GOOD, midnight=replace(GOOD.midnight, shown=0))

    results = [
        judged("few_writes_per_message", seen).result
        for seen in (eager, each, at_midnight, in_vain)
    ]

    assert results == [Result.PASSED, Result.FAILED, Result.FAILED, Result.FAILED]


def test_claims_count_only_where_the_system_tells_nothing() -> None:
    liar = replace(GOOD, stream=replace(GOOD.stream, writes=400))
    claimed = replace(
        GOOD,
        stream=replace(GOOD.stream, writes=None),
        midnight=replace(GOOD.midnight, writes=None),
    )
    silent = replace(claimed, midnight=replace(claimed.midnight, claimed_writes=None))

    assert judged("few_writes_per_message", liar).result is Result.FAILED
    assert judged("few_writes_per_message", claimed).result is Result.PASSED
    assert "as the server itself says" in judged("few_writes_per_message", claimed).actual
    assert judged("few_writes_per_message", silent).result is Result.CANNOT_TELL


@pytest.mark.parametrize(
    ("outcome", "ratio", "low", "high", "result"),
    [
        (FASTER, 20.0, 8.0, 50.0, Result.PASSED),
        (FASTER, 2.0, 1.5, 2.7, Result.PASSED),
        (FASTER, 1.8, 1.5, 2.2, Result.CANNOT_TELL),
        (FASTER, 1.6, 1.4, 1.9, Result.FAILED),
        (CANNOT_TELL, 20.0, 0.0, math.inf, Result.CANNOT_TELL),
        (CANNOT_TELL, 1.0, 0.4, 2.4, Result.CANNOT_TELL),
        (CANNOT_TELL, 1.0, 0.7, 1.5, Result.FAILED),  # surely not twice as fast
        (SAME, 1.0, 0.9, 1.1, Result.FAILED),
        (SLOWER, 0.5, 0.4, 0.7, Result.FAILED),
    ],
)
def test_the_comparison_decides_where_it_can(
    outcome: str, ratio: float, low: float, high: float, result: Result
) -> None:
    seen = replace(FAST, outcome=outcome, ratio=ratio, low=low, high=high)

    verdict = judged("is_faster", seen)

    assert verdict.result is result
    assert "inf" not in verdict.actual


def test_speed_counts_only_if_nothing_was_broken_for_it() -> None:
    broken = Compared(INVALID, (90.0,), (), fault="attempt showed 9 messages twice")
    nothing = Compared(CANNOT_TELL, (), ())

    assert judged("is_faster", broken).result is Result.FAILED
    assert "showed 9 messages twice" in judged("is_faster", broken).actual
    assert judged("is_faster", nothing).result is Result.CANNOT_TELL


def test_late_is_late_unless_the_load_itself_was() -> None:
    late = replace(GOOD, stream=replace(GOOD.stream, p95_ms=5_200.0))
    unfinished = replace(GOOD, midnight=replace(GOOD.midnight, shown=599))
    nothing = replace(GOOD, midnight=Part(600, 0, 1, 1, None, None))
    disturbed = replace(late, disturbed=True)
    # Noise makes nobody faster.
    fast_all_the_same = replace(GOOD, disturbed=True)

    results = [
        judged("meets_its_latency_objective", seen).result
        for seen in (late, unfinished, nothing, disturbed, fast_all_the_same)
    ]

    assert results == [Result.FAILED] * 3 + [Result.CANNOT_TELL, Result.PASSED]


def test_a_leak_of_ten_kilobytes_a_message_is_seen() -> None:
    leak = replace(GOOD, growth=Growth(2_500, rss_bytes=26_000_000))
    shrinking = replace(GOOD, growth=Growth(2_500, rss_bytes=-500_000))
    too_slow = replace(GOOD, growth=Growth(400, rss_bytes=4_000_000))

    assert judged("memory_stays", leak).result is Result.FAILED
    assert "10,400 bytes each" in judged("memory_stays", leak).actual
    assert judged("memory_stays", shrinking).result is Result.PASSED
    assert judged("memory_stays", too_slow).result is Result.CANNOT_TELL
