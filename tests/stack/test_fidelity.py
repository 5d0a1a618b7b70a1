"""When a figure fits, and when it is a problem."""

import math

import pytest

from tests.stack.fidelity import Comparison, bucket_of, of


@pytest.mark.parametrize(
    ("told", "apart", "fits"),
    [(100, 0, True), (101, 0, False), (104, 5, True), (94, 5, False), (math.nan, 5, False)],
)
def test_a_figure_fits_within_what_it_may_be_apart(told: float, apart: float, fits: bool) -> None:
    assert (Comparison("stored", told, 100, apart).problem is None) == fits


def test_a_problem_tells_both_sides() -> None:
    problem = Comparison("challenge: stored", 1_234, 1_240, 2).problem
    assert problem == "challenge: stored is 1,234, the witness says 1,240, and 2 may be between"


def test_the_job_joins_the_labels_of_a_metric() -> None:
    assert of("chat_clients", "solution") == 'chat_clients{job="solution"}'
    assert of('refused{reason="a"}', "b") == 'refused{job="b",reason="a"}'


def test_a_bucket_holds_its_upper_bound() -> None:
    assert bucket_of(0.0005) == 0
    assert bucket_of(0.001) == 0
    assert bucket_of(0.0011) == 1
    assert bucket_of(61) == 15
    assert math.isnan(bucket_of(math.nan))
