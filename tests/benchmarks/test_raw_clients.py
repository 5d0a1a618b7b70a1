"""The schedule of the sending clients is the same each time, and of the promised rate."""

from tests.benchmarks.raw_clients import SENDS_PER_S, schedule


def test_the_schedule_is_the_same_each_time() -> None:
    moments_s = schedule(60.0)

    assert moments_s == sorted(moments_s) == schedule(60.0)
    assert 0 <= moments_s[0] and moments_s[-1] < 60.0
    assert abs(len(moments_s) / 60.0 - SENDS_PER_S) < 0.1 * SENDS_PER_S


def test_who_only_listens_has_nothing_to_send() -> None:
    assert schedule(0.0) == []
