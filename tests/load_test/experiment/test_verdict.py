"""The verdict keeps its figures on simulated experiments, and its interval keeps its theory."""

import math
import random
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_test.experiment.verdict import (
    ALPHA,
    C2,
    LEAST_PAIRS,
    USUAL_SCATTER,
    interval,
    outcome,
    pairs_needed,
    scatter_of,
)

MOST_LOOKS = 20
PAIRS_IN_TIME = 18  # about what five minutes have room for

ratios = st.lists(st.floats(0.05, 20.0), min_size=LEAST_PAIRS, max_size=30)


def simulate(seed: int, ratio: float, pairs: int) -> Iterator[float]:
    """The ratios of an experiment with the scatter that was measured."""
    generator = random.Random(seed)
    for _ in range(pairs):
        yield ratio * math.exp(generator.gauss(0.0, USUAL_SCATTER))


def verdict_of(seen: list[float]) -> str:
    """The first verdict of an experiment that looks after every pair."""
    looks = accumulate(([each] for each in seen), lambda before, new: before + new)
    return next((found for look in looks if (found := outcome(look)) != "cannot_tell"), "none")


def test_identical_servers_never_differ() -> None:
    found = Counter(verdict_of(list(simulate(seed, 1.0, MOST_LOOKS))) for seed in range(1_000))

    assert found["faster"] == found["slower"] == 0
    assert found["same"] > 0
    assert found["none"] > 0


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(0.7, "slower"), (1 / 1.3, "slower"), (1.3, "faster"), (1 / 0.7, "faster")],
)
def test_a_difference_of_30_percent_is_found_nine_times_in_ten(ratio: float, expected: str) -> None:
    found = Counter(verdict_of(list(simulate(seed, ratio, PAIRS_IN_TIME))) for seed in range(200))

    assert found[expected] >= 180
    assert found[expected] + found["none"] == 200  # never the other way round, never "same"


def test_three_times_as_fast_takes_five_pairs() -> None:
    found = Counter(outcome(list(simulate(seed, 3.0, LEAST_PAIRS))) for seed in range(200))

    assert found["faster"] >= 190
    assert found["faster"] + found["cannot_tell"] == 200


def test_the_interval_holds_at_all_looks_together() -> None:
    true_ratio = 1.7
    missed = 0
    for seed in range(200):
        seen = list(simulate(seed, true_ratio, 30))
        intervals = [interval(seen[:count]) for count in range(2, 31)]
        missed += any(not each.low <= true_ratio <= each.high for each in intervals)

    assert missed <= 200 * ALPHA + 2  # it misses in 1 of 200, so by chance hardly ever in 5


@pytest.mark.parametrize("pairs", [4, LEAST_PAIRS, 10, 40])
def test_the_bound_is_where_the_martingale_reaches_its_threshold(pairs: int) -> None:
    # Given some pairs, and for the mean at the end of their interval the t of the docstring
    seen = list(simulate(1, 1.0, pairs))
    found = interval(seen)
    t = math.sqrt(pairs) * math.log(found.high / found.ratio) / scatter_of(seen)

    assert martingale(t, pairs) == pytest.approx(1 / ALPHA)


@pytest.mark.parametrize("pairs", [2, LEAST_PAIRS, 10, 40])
def test_the_martingale_is_worth_1_on_average(pairs: int) -> None:
    # Given t of the true mean: Student's, so tan(angle) * sqrt(n - 1) with density cos ** (n - 2)
    steps = 20_000
    angles = [math.pi * ((step + 0.5) / steps - 0.5) for step in range(steps)]
    weights = [math.cos(angle) ** (pairs - 2) for angle in angles]
    worth = [martingale(math.sqrt(pairs - 1) * math.tan(angle), pairs) for angle in angles]

    average = sum(weight * each for weight, each in zip(weights, worth, strict=True)) / sum(weights)

    assert average == pytest.approx(1.0, abs=1e-3)


def martingale(t: float, n: int) -> float:
    """M_n of the docstring."""
    r = C2 / (n + C2)
    return math.sqrt(r) * math.pow((1 + t**2 / (n - 1)) / (1 + r * t**2 / (n - 1)), n / 2)


@given(ratios)
def test_turning_the_ratios_turns_the_interval(seen: list[float]) -> None:
    found = interval(seen)
    turned = interval([1 / each for each in seen])

    assert turned.ratio == pytest.approx(1 / found.ratio)
    assert turned.low == pytest.approx(1 / found.high)
    assert turned.high == pytest.approx(1 / found.low)


@given(ratios, st.floats(0.1, 10.0))
def test_the_interval_moves_with_the_ratios(seen: list[float], factor: float) -> None:
    found = interval(seen)
    moved = interval([factor * each for each in seen])

    assert moved.low == pytest.approx(factor * found.low)
    assert moved.high == pytest.approx(factor * found.high)


@given(ratios, st.randoms(use_true_random=False))
def test_order_does_not_matter(seen: list[float], shuffler: random.Random) -> None:
    shuffled = shuffler.sample(seen, len(seen))

    assert vars(interval(shuffled)) == pytest.approx(vars(interval(seen)))


@given(ratios)
def test_more_of_the_same_narrows_it(seen: list[float]) -> None:
    once, twice = interval(seen), interval(seen * 2)

    assert once.low <= twice.low * (1 + 1e-9)
    assert twice.high <= once.high * (1 + 1e-9)


@given(ratios)
def test_it_lies_around_the_geometric_mean(seen: list[float]) -> None:
    found = interval(seen)

    assert found.ratio == pytest.approx(math.exp(fmean(map(math.log, seen))))
    assert found.low <= found.ratio * (1 + 1e-9)
    assert found.ratio <= found.high * (1 + 1e-9)


@pytest.mark.parametrize("pairs", [1, 2, 3])
def test_few_pairs_bound_nothing(pairs: int) -> None:
    found = interval([1.0, 1.1, 0.9][:pairs])

    assert (found.low, found.high) == (0.0, math.inf)
    assert outcome([1.0, 1.1, 0.9][:pairs]) == "cannot_tell"


def test_no_outcome_before_the_least_number_of_pairs() -> None:
    clear = [40.0, 41.0, 42.0, 43.0, 44.0]

    assert outcome([]) == "cannot_tell"
    assert outcome(clear[:4]) == "cannot_tell"
    assert outcome(clear) == "faster"
    assert outcome([1 / each for each in clear]) == "slower"


@pytest.mark.parametrize(
    ("middle", "spread", "pairs", "expected"),
    [
        (1.00, 0.02, 8, "same"),
        (1.12, 0.01, 8, "same"),  # surely faster, and not worth acting on
        (1.15, 0.02, 8, "cannot_tell"),
        (1.25, 0.02, 8, "cannot_tell"),  # surely faster here, but within what chance does elsewhere
        (1.25, 0.02, 14, "faster"),
        (0.80, 0.02, 14, "slower"),
        (2.00, 0.90, 8, "cannot_tell"),
    ],
)
def test_what_is_worth_acting_on(middle: float, spread: float, pairs: int, expected: str) -> None:
    seen = [middle * (1 + spread), middle / (1 + spread)] * (pairs // 2)

    assert outcome(seen) == expected


def test_it_says_how_many_pairs_would_decide() -> None:
    # Given six pairs that scatter, and do not decide
    seen = [1.0, 1.7, 1.1, 1.6, 1.2, 1.5]
    assert outcome(seen) == "cannot_tell"

    needed = pairs_needed(seen)

    # Then so many of the same kind decide, and fewer do not
    assert needed is not None
    assert 6 < needed <= 20
    assert outcome((seen * 4)[: needed + 2]) == "faster"
    assert outcome((seen * 4)[: needed - 2]) == "cannot_tell"


def test_it_does_not_say_so_where_it_cannot() -> None:
    assert pairs_needed([]) is None
    assert pairs_needed([1.0]) is None
    assert pairs_needed([0.1, 10.0] * LEAST_PAIRS) is None  # more than MOST_PAIRS
    assert pairs_needed([1.0, 1.001]) == LEAST_PAIRS


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.inf, math.nan])
def test_what_is_no_ratio_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match=f"above 0 and finite, not {wrong}"):
        interval([1.0, wrong])


def test_without_pairs_there_is_no_interval() -> None:
    with pytest.raises(ValueError):
        interval([])
