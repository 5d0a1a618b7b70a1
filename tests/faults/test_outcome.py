"""The books of an experiment: what makes it fail, and what does not."""

import pytest

from tests.faults.outcome import Outcome


def books(promised: str, found: str) -> tuple[int, int, int, int]:
    """Acknowledged, lost, doubled and out of order, of messages that are letters."""
    outcome = Outcome()
    outcome.compare(promised, found)
    return outcome.acknowledged, outcome.lost, outcome.doubled, outcome.out_of_order


@pytest.mark.parametrize(
    ("promised", "found", "expected"),
    [
        ("abc", "abc", (3, 0, 0, 0)),
        ("abc", "abcd", (3, 0, 0, 0)),  # the fate of d was unknown
        ("abc", "ac", (3, 1, 0, 0)),
        ("abc", "", (3, 3, 0, 0)),
        ("abc", "abbcc", (3, 0, 2, 0)),
        ("abc", "acb", (3, 0, 0, 1)),
        ("abc", "cba", (3, 0, 0, 2)),
        ("", "dd", (0, 0, 1, 0)),
    ],
)
def test_what_was_promised_is_held_against_what_is_there(
    promised: str, found: str, expected: tuple[int, int, int, int]
) -> None:
    assert books(promised, found) == expected


@pytest.mark.parametrize("fault", ["lost", "doubled", "out_of_order", "unreadable"])
def test_any_of_four_counters_breaks_a_promise(fault: str) -> None:
    assert Outcome(rounds=5, faults=5, acknowledged=5, notes=["fast"]).kept
    outcome = Outcome()
    setattr(outcome, fault, 1)
    assert not outcome.kept


def test_any_other_broken_promise_is_a_sentence() -> None:
    assert not Outcome(broken=["it did not end"]).kept


def test_rounds_add_up() -> None:
    total = Outcome()
    for lost in range(3):
        total += Outcome(1, 2, 3, lost, 1, 1, 1, [f"broken {lost}"], ["note"])
    assert total == Outcome(3, 6, 9, 3, 3, 3, 3, ["broken 0", "broken 1", "broken 2"], ["note"] * 3)
