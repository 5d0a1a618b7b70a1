"""What is said of runs: once, with a count, in good words."""

from typing import Any

from load_test.experiment import remarks
from tests.load_test.experiment.example_comparison import example_comparison
from tests.load_test.experiment.example_results import example_results

LATE = "one in a hundred messages was sent {} ms late or more (at most 5.0 ms)"
DISAGREED = {"what": "file writes", "metrics": 1_000, "spans": 2, "agree": False, "note": "why 2"}


def with_runs(*changes: dict[str, Any]) -> dict[str, Any]:
    """A comparison of which the first runs have some keys changed."""
    results = example_comparison()
    for run, change in zip(results["runs"], changes, strict=False):
        run |= change
    return results


def test_a_good_comparison_has_nothing_to_say_but_that_witnesses_agree() -> None:
    results = example_comparison()

    assert remarks.broken(results) == remarks.void(results) == remarks.refused(results) == []
    assert remarks.disagreements(remarks.all_runs(results)) == []
    assert remarks.agreements(remarks.traced_runs(results)) == [
        "In all 4 runs clients, server, spans agree on messages stored, file writes."
    ]


def test_runs_are_named_by_server_side_and_round_or_history() -> None:
    results = example_comparison()

    assert remarks.name_of(results["runs"][2]) == "solution (B, round 2)"
    assert remarks.name_of(results["work"][2]) == "challenge (A, work at 500 messages)"


def test_each_run_that_broke_the_contract_is_named_and_is_not_called_void_as_well() -> None:
    because = "3 lost, 1 strangers"
    results = with_runs({}, {"valid": False, "invalid_because": because, "lost": 3, "strangers": 1})
    results["work"][0]["doubled"] = 1_200

    assert remarks.broken(results) == [
        "solution (B, round 1) broke the contract: 3 lost, "
        "1 delivered to a member of another room.",
        "challenge (A, work at 5,000 messages) broke the contract: 1,200 doubled.",
    ]
    assert remarks.void(results) == []


def test_void_runs_are_told_once_for_each_reason_whatever_its_numbers() -> None:
    late = [{"valid": False, "invalid_because": LATE.format(ms)} for ms in (9.4, 12.25)]
    results = with_runs(*late, {"valid": False, "invalid_because": None})

    assert remarks.void(results) == [
        "2 of 14 runs are void and count for nothing. The first, challenge (A, round 1): "
        f"{LATE.format(9.4)}.",
        "solution (B, round 2) is void, its speed says nothing: no reason is given.",
    ]


def test_refusals_are_summed_up_by_side() -> None:
    results = with_runs(
        {"refused": {"queue_full": 20}},
        {"refused": {"queue_full": 1_000}},
        {"refused": {"queue_full": 5, "rate_limited": 1}},
    )

    assert remarks.refused(results) == [
        "challenge (A) refused 20 messages in one run (queue_full).",
        "solution (B) refused 1,006 messages in 2 runs (queue_full, rate_limited).",
    ]


def test_disagreements_are_told_once_with_the_counts_of_the_first() -> None:
    results = with_runs(
        {"witnesses": [DISAGREED]}, {"witnesses": [DISAGREED | {"spans": 3, "note": "why 3"}]}
    )

    assert remarks.disagreements(results["runs"]) == [
        "Witnesses disagree on file writes in 2 of 10 runs "
        "(challenge (A, round 1): server 1,000, spans 2): why 2."
    ]


def test_nobody_agrees_where_only_one_counted() -> None:
    alone = {"what": "file writes", "metrics": 10, "agree": None, "note": None}
    results = example_results()

    assert remarks.agreements([results["runs"][0] | {"witnesses": [alone]}]) == []
    assert remarks.agreements([results["runs"][0] | {"witnesses": None}]) == []


def test_one_run_and_two_are_counted_in_words() -> None:
    agreed = {"what": "file writes", "metrics": 10, "spans": 10, "agree": True, "note": None}
    run = example_results()["runs"][0] | {"witnesses": [agreed]}

    assert remarks.agreements([run]) == ["In the only run server, spans agree on file writes."]
    assert remarks.agreements([run, run]) == ["In both runs server, spans agree on file writes."]
