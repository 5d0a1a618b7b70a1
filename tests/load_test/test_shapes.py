"""The shapes, as plain numbers."""

import pytest

from load_test.shapes import SHAPES, Burst, Evening, Shape

ALL_TIMES = [step / 1000 for step in range(1001)]


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_reaches_its_most_and_never_exceeds_it(name: str) -> None:
    shape = SHAPES[name]
    guests = [shape.guests(time) for time in ALL_TIMES]
    assert max(guests) == 1
    assert min(guests) >= 0


@pytest.mark.parametrize("name", SHAPES)
def test_guests_leave_in_steps_and_bursts_follow_each_other(name: str) -> None:
    shape = SHAPES[name]
    for (begin, before), (end, after) in zip(shape.corners, shape.corners[1:], strict=False):
        assert begin <= end
        assert after >= before or begin == end
    edges = [edge for burst in shape.bursts for edge in (burst.begin, burst.end)]
    assert edges == sorted(edges)


def test_the_countdown_is_quiet_climbs_peaks_at_midnight_and_fades() -> None:
    shape = SHAPES["countdown"]
    quiet, climb, eve, midnight, after = (
        shape.guests(time) * shape.pace(time) for time in (0.1, 0.3, 0.5, 0.62, 0.95)
    )
    assert quiet < climb < eve
    assert midnight > 5 * eve
    assert after < eve


def test_steps_rise_and_a_soak_stays() -> None:
    assert [SHAPES["steps"].guests(time) for time in (0, 0.3, 0.6, 0.9, 1)] == [
        0.25, 0.5, 0.75, 1, 1,
    ]  # fmt: skip
    assert {SHAPES["soak"].guests(time) for time in ALL_TIMES[200:]} == {1}
    spikes = [SHAPES["spikes"].pace(time) > 1 for time in ALL_TIMES]
    assert sum(now and not before for before, now in zip(spikes, spikes[1:], strict=False)) == 4


def test_an_evening_has_the_size_it_is_given() -> None:
    evening = Evening(SHAPES["steps"], most_guests=40, length_s=100)
    assert [evening.guests(at_s) for at_s in (0, 26, 51, 76, 100, 1000)] == [10, 20, 30, 40, 40, 40]
    assert Evening(SHAPES["soak"], most_guests=3, length_s=10).guests(0) == 1


@pytest.mark.parametrize(
    ("at_s", "gap_s", "later_s"),
    [
        (0, 5, 5),  # over before the burst
        (0, 40, 40),
        (38, 12, 41),  # 2 s before it, then 10 s in a tenth of the time
        (42, 20, 44),
        (45, 60, 60),  # 5 s of burst are 50 s, 10 s are left
        (39, 102, 51),  # all of it
        (60, 7, 67),
    ],
)
def test_time_passes_faster_in_a_burst(at_s: float, gap_s: float, later_s: float) -> None:
    shape = Shape("", [(0, 1), (1, 1)], [Burst(0.4, 0.5, pace=10)])
    evening = Evening(shape, most_guests=1, length_s=100)
    assert evening.later(at_s, gap_s) == pytest.approx(later_s)
