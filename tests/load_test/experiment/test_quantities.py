"""Numbers as people read them."""

import pytest

from load_test.experiment import quantities


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.00003, "under 0.0001"),
        (0.0099, "0.0099"),
        (0.01, "0.010"),
        (0.1313, "0.13"),
        (1, "1.00"),
        (45.15, "45.1"),
        (99.96, "100"),
        (12_345.6, "12,346"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert quantities.number(value) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0.0 ms"), (6.34, "6.3 ms"), (44.6, "45 ms"), (999.4, "999 ms"), (999.6, "1.00 s"),
     (20_310, "20.3 s")],
)  # fmt: skip
def test_duration(milliseconds: float, text: str) -> None:
    assert quantities.duration(milliseconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (640, "640 B"), (8_520, "8.52 kB"), (1_140_000, "1.14 MB"), (2e9, "2.00 GB")],
)
def test_size(size: float, text: str) -> None:
    assert quantities.size(size) == text


def test_seconds_and_count() -> None:
    assert quantities.seconds(21.42) == "21.4 s"
    assert quantities.count(4500) == "4,500"


@pytest.mark.parametrize(
    ("after", "before", "text"),
    [(150, 45, "× 3.3"), (1, 440, "÷ 440"), (1, 1, "× 1.00"), (2, 3, "÷ 1.50"), (99.6, 10, "× 10"),
     (104, 100, "× 1.04"), (1.996, 1, "× 2.0")],
)  # fmt: skip
def test_ratio(after: float, before: float, text: str) -> None:
    assert quantities.ratio(after, before) == text


@pytest.mark.parametrize(
    ("exponent", "text"),
    [(0, "1.00 times"), (1, "10.0 times"), (0.66, "4.57 times"), (-0.1, "0.79 times")],
)
def test_growth(exponent: float, text: str) -> None:
    assert quantities.growth(exponent) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(0.87, 1.15, "0.87 to 1.15"), (None, 1.5, "0 to 1.50"), (2.0, None, "2.00 to ∞"),
     (None, None, "0 to ∞")],
)  # fmt: skip
def test_interval(low: float | None, high: float | None, text: str) -> None:
    assert quantities.interval(low, high) == text
