"""The charts of a verdict, read back from their SVG."""

import math
import random
import re
from typing import Any

import pytest

from load_test.experiment.sides import TWIN_COLOUR
from load_test.experiment.verdict_charts import RATES, VERDICT
from observability.colours import COLOURS
from tests.load_test.experiment.example_comparison import NAMES, example_comparison
from tests.load_test.experiment.test_charts import texts

TWINS = ("solution", "solution")


def scattered(pairs: int) -> list[float]:
    """Ratios of a server to itself, as they scatter here."""
    chance = random.Random(1)
    return [math.exp(chance.gauss(0, 0.16)) for _ in range(pairs)]


def dots(svg: str) -> int:
    """How many round marks are drawn in the colour of the text: one for each pair, and one in
    the legend.
    """
    return len(re.findall(r"<use [^>]*fill: currentColor; stroke: currentColor", svg))


@pytest.mark.parametrize("pairs", [1, 5, 20, 50])
def test_there_is_a_dot_for_each_pair_and_the_axis_counts_them(pairs: int) -> None:
    svg = VERDICT.svg(example_comparison(scattered(pairs), TWINS, "cannot_tell"), narrow=False)

    shown = texts(svg)
    assert {"a pair", "median so far", "interval", "no difference"} <= set(shown)
    assert {"B against A (log)", "pair of rounds, in their order", "1"} <= set(shown)
    ticks = len(re.findall(r'id="verdict-wide-[xy]tick_', svg))
    assert dots(svg) == pairs + 1 + ticks


@pytest.mark.parametrize("narrow", [True, False])
@pytest.mark.parametrize(
    ("ratios", "ticks"),
    [
        ([0.95, 1.1, 1.05, 0.9, 1.2] * 3, {"0.9", "1", "1.1", "1.2"}),
        ([2.9, 3.1, 3.3, 2.8, 3.0], {"1", "2", "3"}),
        ([0.3, 0.35, 0.32, 0.31, 0.33], {"0.3", "0.5", "1"}),
        ([40.0, 44.0, 38.0, 41.0, 47.0], {"1", "10", "50"}),
        ([4e3, 5e3, 6e3, 5e3, 4e3], {"1", "10", "1,000"}),
    ],
)
def test_ticks_are_round_numbers_at_any_ratio(
    ratios: list[float], ticks: set[str], narrow: bool
) -> None:
    shown = texts(VERDICT.svg(example_comparison(ratios, NAMES), narrow))

    assert ticks <= set(shown)


def test_the_wild_intervals_of_the_first_looks_do_not_squeeze_the_dots() -> None:
    # given pairs whose first interval reaches over many powers of ten
    results = example_comparison([40.0, 20.0, 60.0, 30.0], outcome="cannot_tell")
    assert results["verdict"]["looks"][2]["low"] is None

    # when they are drawn
    shown = texts(VERDICT.svg(results, narrow=False))

    # then the axis ends near the dots
    assert "100" in shown
    assert not {"1,000", "10,000", "0.01"} & set(shown)


def test_no_pair_is_said_to_be_not_measured() -> None:
    assert "not measured" in texts(VERDICT.svg(example_comparison([]), narrow=False))


def test_rates_have_the_colours_of_their_servers_and_twins_two() -> None:
    results = example_comparison()
    svg = RATES.svg(results, narrow=False)
    assert all(colour in svg for colour in COLOURS.values())

    twins = RATES.svg(example_comparison(scattered(5), TWINS), narrow=True)
    assert COLOURS["solution"] in twins
    assert TWIN_COLOUR in twins


@pytest.mark.parametrize(
    ("ratios", "label"),
    [([1.1, 0.9, 1.0], "delivered per second"), ([40.0, 38.0], "delivered per second (log)")],
)
def test_the_axis_of_rates_is_logarithmic_only_where_the_slower_would_vanish(
    ratios: list[float], label: str
) -> None:
    assert label in texts(RATES.svg(example_comparison(ratios), narrow=False))


def test_void_rounds_are_marked_and_explained() -> None:
    results: dict[str, Any] = example_comparison()
    assert "void" not in texts(RATES.svg(results, narrow=False))

    results["runs"][0] |= {"valid": False, "invalid_because": "it was late"}

    assert "void" in texts(RATES.svg(results, narrow=False))
