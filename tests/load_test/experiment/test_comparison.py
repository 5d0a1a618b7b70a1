"""Sides alternate, and the shortest comparison ends within the time in which a great difference is
to be found.
"""

from load_test.experiment.comparison import expected_s, order_of
from load_test.experiment.contest import Contest

GREAT_DIFFERENCE_S = 90


def test_sides_alternate_so_that_drift_favours_neither() -> None:
    assert ["".join(order_of(number)) for number in (1, 2, 3)] == ["AB", "BA", "AB"]


def test_a_great_difference_is_expected_in_time() -> None:
    assert expected_s(Contest()) < GREAT_DIFFERENCE_S
