"""How many events one user may send, under a clock that the tests set."""

import time
from collections.abc import Callable

import pytest

from challenge.errors import RateLimited
from challenge.limits import RateLimiter

PER_SECOND, BURST = 10, 20


@pytest.fixture(autouse=True)
def let_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Stops the clock; what comes back puts it forward by some seconds."""
    # New buckets are dated by the real clock, which must not overtake this one.
    now_s = time.monotonic() + 3_600

    def put_forward(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds

    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    return put_forward


def allowed(limiter: RateLimiter, username: str = "minji", most: int = 100) -> int:
    """How many events a user may send right now."""
    for count in range(most):
        try:
            limiter.check(username)
        except RateLimited:
            return count
    return most


def test_a_burst_is_let_through_and_no_more() -> None:
    limiter = RateLimiter(PER_SECOND, BURST)
    assert allowed(limiter) == BURST
    assert allowed(limiter) == 0


def test_the_refusal_says_the_limits_and_how_to_set_them() -> None:
    limiter = RateLimiter(1_000, 1)
    limiter.check("minji")
    with pytest.raises(RateLimited, match=r"at most 1,000 events a second, 1 at once; .*--max-ev"):
        limiter.check("minji")


def test_it_fills_at_its_rate_and_not_over_the_burst(let_pass: Callable[[float], None]) -> None:
    limiter = RateLimiter(PER_SECOND, BURST)
    allowed(limiter)
    let_pass(1)
    assert allowed(limiter) == PER_SECOND
    let_pass(0.5)
    assert allowed(limiter) == PER_SECOND / 2
    let_pass(3_600)
    assert allowed(limiter) == BURST


def test_who_is_refused_is_not_held_back_for_it(let_pass: Callable[[float], None]) -> None:
    limiter = RateLimiter(PER_SECOND, BURST)
    allowed(limiter)
    for _ in range(50):
        with pytest.raises(RateLimited):
            limiter.check("minji")
    let_pass(1)
    assert allowed(limiter) == PER_SECOND


def test_users_do_not_share_a_limit() -> None:
    limiter = RateLimiter(PER_SECOND, BURST)
    assert allowed(limiter, "minji") == BURST
    assert allowed(limiter, "alex") == BURST


def test_who_leaves_and_comes_back_has_no_fresh_burst(let_pass: Callable[[float], None]) -> None:
    limiter = RateLimiter(PER_SECOND, BURST)
    allowed(limiter)
    limiter.forget("minji")
    assert allowed(limiter) == 0
    let_pass(1)
    limiter.forget("minji")
    assert allowed(limiter) == PER_SECOND


def test_a_user_who_is_forgotten_begins_anew(let_pass: Callable[[float], None]) -> None:
    limiter = RateLimiter(PER_SECOND, BURST)
    limiter.forget("nobody")
    allowed(limiter)
    let_pass(BURST / PER_SECOND + 1)
    limiter.forget("minji")
    assert allowed(limiter) == BURST


def test_a_bucket_that_is_full_again_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = time.monotonic() + 3600
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    limiter = RateLimiter(1_000, 2_000)
    limiter.check("minji")
    now_s += 0.01
    limiter.forget("minji")
    assert limiter._buckets == {}
