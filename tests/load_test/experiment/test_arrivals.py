"""The schedule is fixed by the settings, and has the rate and the burst they say."""

import dataclasses
import json
from collections import Counter

import pytest

from load_test.experiment.arrivals import Arrival, make_schedule, packet
from load_test.experiment.evening import MIDNIGHT, STREAM, Evening
from load_test.experiment.prepared import Room


def schedule_of(settings: Evening, variant: int = 0) -> list[Arrival]:
    return make_schedule(settings.phases, settings, variant)


@pytest.mark.parametrize("arrivals", ["poisson", "fixed"])
def test_stream_and_burst_are_as_set(arrivals: str) -> None:
    settings = Evening(arrivals=arrivals)

    schedule = schedule_of(settings)

    stream = [arrival for arrival in schedule if arrival.phase == STREAM]
    midnight = [arrival for arrival in schedule if arrival.phase == MIDNIGHT]
    assert len(stream) == pytest.approx(3_000, rel=0.06)  # three standard deviations
    assert all(0 <= arrival.at_s < 20 for arrival in stream)
    assert [arrival.at_s for arrival in midnight] == [21] * 1_500
    assert [arrival.burst for arrival in schedule] == [False] * len(stream) + [True] * 1_500
    assert schedule == sorted(schedule, key=lambda arrival: arrival.at_s)


def test_poisson_arrivals_scatter_and_fixed_ones_do_not() -> None:
    def gaps(arrivals: str) -> list[float]:
        schedule = schedule_of(Evening(arrivals=arrivals))
        moments = [arrival.at_s for arrival in schedule if arrival.phase == STREAM]
        return [after - before for before, after in zip(moments, moments[1:], strict=False)]

    assert max(gaps("fixed")) == pytest.approx(min(gaps("fixed")))
    # Of exponential gaps one in e is longer than the mean.
    longer = sum(gap > 1 / 150 for gap in gaps("poisson")) / len(gaps("poisson"))
    assert longer == pytest.approx(0.368, abs=0.05)


def test_the_seed_decides_everything() -> None:
    settings = Evening(senders="random")

    assert schedule_of(settings) == schedule_of(settings)
    assert schedule_of(settings) != schedule_of(dataclasses.replace(settings, seed=2))
    assert schedule_of(settings) != schedule_of(settings, variant=1)


def test_round_robin_gives_every_user_the_same_share() -> None:
    schedule = schedule_of(Evening(arrivals="fixed", rate_per_s=100, stream_s=2, users=40))

    assert set(Counter(arrival.sender for arrival in schedule[:200]).values()) == {5}


def test_a_packet_carries_its_number_for_acknowledgement_and_broadcast() -> None:
    text = packet(17, Room("r-1", (0, 4))).decode()

    assert text.startswith("4217[")
    name, payload = json.loads(text[4:])
    assert name == "send_message"
    assert payload["roomId"] == "r-1"
    assert payload["clientId"] == "17"
