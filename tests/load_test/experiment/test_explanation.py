"""What the verdict says in one sentence, and whom it names where there is none."""

import math
from typing import Any

import pytest

from load_test.experiment.explanation import sentence, why_cannot_tell
from load_test.experiment.verdict import Interval, outcome, pairs_needed

NAMES = {"A": "challenge", "B": "solution"}
TWINS = {"A": "challenge", "B": "challenge"}
# Eight pairs that scatter, and do not decide.
UNDECIDED = [1.0, 1.6, 0.9, 1.5, 1.1, 0.95, 1.3, 1.05]


def a_machine(after: dict[str, Any] | None = None, **before: Any) -> dict[str, Any]:
    """A machine that hindered nothing, but for what is given."""
    disk = {"fsync_p10_ms": 0.9, "fsync_p50_ms": 1.0, "fsync_p90_ms": 2.5}
    quiet = {"others_cpu_share": 0.02, "swapped_in_bytes": 0, "swapped_out_bytes": 4096}
    return {
        "cpus": 2,
        "load_average": [0.4, 0.5, 0.6],
        **disk,
        **before,
        "after": {"load_average": [1.9, 1.0, 0.8], **disk, **quiet, **(after or {})},
    }


@pytest.mark.parametrize(
    ("found", "seen", "text"),
    [
        (
            "faster",
            Interval(42.3, 30.1, 55.2),
            "solution delivers 42 times as many messages a second as challenge "
            "(between 30 and 55 times; 7 pairs).",
        ),
        (
            "faster",
            Interval(3.21, 2.04, 5.0),
            "solution delivers 3.2 times as many messages a second as challenge "
            "(between 2.0 and 5.0 times; 7 pairs).",
        ),
        (
            "faster",
            Interval(1.31, 1.104, 1.552),
            "solution delivers 31% more messages a second than challenge "
            "(10% to 55% more; 7 pairs).",
        ),
        (
            "slower",
            Interval(0.7, 0.55, 0.9),
            "solution delivers 30% fewer messages a second than challenge "
            "(10% to 45% fewer; 7 pairs).",
        ),
        (
            "slower",
            Interval(0.25, 0.125, 0.5),
            "solution is slower: challenge delivers 4.0 times as many messages a second as "
            "solution (between 2.0 and 8.0 times; 7 pairs).",
        ),
        (
            "same",
            Interval(1.01, 0.94, 1.09),
            "solution delivers as many messages a second as challenge: the difference is within "
            "-6% and +9%, none worth acting on (7 pairs).",
        ),
    ],
)
def test_a_verdict_is_one_sentence(found: str, seen: Interval, text: str) -> None:
    assert sentence(found, seen, 7, NAMES) == text


def test_twins_are_told_apart_by_their_side() -> None:
    text = sentence("same", Interval(1.0, 0.9, 1.1), 9, TWINS)

    assert text.startswith("B delivers as many messages a second as A: ")


def test_other_metrics_have_other_words() -> None:
    text = sentence("faster", Interval(2.0, 1.5, 3.0), 5, NAMES, "answers", "requests an hour")

    assert text.startswith("solution answers 2.0 times as many requests an hour as challenge")


@pytest.mark.parametrize("other", ["cannot_tell", "invalid", "none"])
def test_what_is_no_verdict_has_no_such_sentence(other: str) -> None:
    with pytest.raises(ValueError, match=other):
        sentence(other, Interval(1.0, 0.0, math.inf), 3, NAMES)


def test_too_few_pairs_come_first() -> None:
    busy = a_machine({"others_cpu_share": 0.9})

    assert why_cannot_tell([1.0, 1.1, 1.2], [], busy) == (
        "Only 3 of at least 5 pairs of rounds count, there was no time for more: "
        "use a larger --time-limit."
    )
    assert why_cannot_tell([], ["it was early", "it was late"], busy) == (
        "Only 0 of at least 5 pairs of rounds count; runs that were void: 2, "
        "the last because it was late."
    )


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (a_machine({"others_cpu_share": 0.23}), "other programs took 23% of its processors"),
        (a_machine(load_average=[3.2, 1, 1]), "load average 3.20 on 2 processors"),
        (a_machine({"swapped_out_bytes": 52_000_000}), "the system swapped 52.0 MB out"),
        (a_machine({"fsync_p50_ms": 4.2}), "its fsync took 1.0 ms before (p50) and 4.2 ms after"),
        (a_machine(fsync_p50_ms=9.0), "its fsync took 9.0 ms before (p50) and 1.0 ms after"),
        (a_machine(fsync_p90_ms=45.0), "before the experiment its fsync took from 0.9 ms (p10) to"),
        (a_machine({"fsync_p90_ms": 45.0}), "after the experiment its fsync took from 0.9 ms"),
    ],
)
def test_the_machine_is_named_with_its_figures(machine: dict[str, Any], expected: str) -> None:
    text = why_cannot_tell(UNDECIDED, [], machine)

    assert expected in text
    assert text.endswith(" and repeat.")  # says what to do


def test_the_more_direct_cause_wins() -> None:
    everything = a_machine(
        {"others_cpu_share": 0.5, "swapped_out_bytes": 10**9, "fsync_p50_ms": 99.0},
        load_average=[9.0, 9.0, 9.0],
    )

    assert "other programs took 50%" in why_cannot_tell(UNDECIDED, ["one was void"], everything)


def test_else_it_is_the_scatter() -> None:
    assert outcome(UNDECIDED) == "cannot_tell"
    needed = pairs_needed(UNDECIDED)
    assert needed is not None

    text = why_cannot_tell(UNDECIDED, [], a_machine(), time_limit_s=200)

    assert text.startswith("Too few pairs for their scatter: 8 pairs scatter by ")
    assert f"about {needed} would decide; use --time-limit " in text
    limit_s = float(text.removesuffix(".").rpartition(" ")[2])
    assert needed / 8 * 200 <= limit_s < needed / 8 * 200 + 10
    assert "use a larger --time-limit" in why_cannot_tell(UNDECIDED, [], a_machine())


def test_where_more_pairs_would_not_help_it_says_so() -> None:
    wild = [0.1, 10.0, 0.1, 10.0, 1.0]

    assert "even 100 like these would not decide" in why_cannot_tell(wild, [], a_machine())


@pytest.mark.parametrize(
    "machine",
    [
        {},
        {"after": None},
        dict.fromkeys(a_machine()),
        {**a_machine(), "after": dict.fromkeys(a_machine()["after"])},
    ],
)
def test_what_was_not_measured_blames_nobody(machine: dict[str, Any]) -> None:
    assert "scatter" in why_cannot_tell(UNDECIDED, [], machine)
