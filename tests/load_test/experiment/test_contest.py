"""The loads of a comparison follow from what the probe found."""

import pytest

from load_test.experiment.contest import Contest, Rates
from load_test.experiment.phases import slots


def test_light_is_for_the_slower_and_heavy_above_the_faster() -> None:
    rates, settings = Rates({"A": 40.0, "B": 2_000.0}), Contest()

    light, heavy = slots(rates.timed(settings))

    assert light.phase.rate_per_s == pytest.approx(16) and light.phase.rate_per_s < 40
    assert heavy.phase.rate_per_s == pytest.approx(3_000) and heavy.phase.rate_per_s > 2_000
    assert heavy.starts_s < settings.warm_up_s < heavy.ends_s == settings.timed_s


def test_work_is_measured_under_the_light_load() -> None:
    (phase,) = Rates({"A": 40.0, "B": 2_000.0}).work()

    assert phase.rate_per_s == pytest.approx(16)


def test_the_small_history_is_a_tenth() -> None:
    assert Contest(history=5_000).small_history == 500
