"""Runs alternate, and time is estimated for what is asked."""

from load_test.experiment.comparison import expected_s, order_of_runs
from load_test.experiment.settings import Settings


def test_sides_alternate_so_that_drift_favours_neither() -> None:
    assert list(order_of_runs(3)) == [
        (1, "A"), (1, "B"), (2, "B"), (2, "A"), (3, "A"), (3, "B"),
    ]  # fmt: skip


def test_the_demo_is_expected_to_end_in_time() -> None:
    assert 60 < expected_s(Settings()) < 150
    assert expected_s(Settings(rounds=2)) > expected_s(Settings()) + 60
