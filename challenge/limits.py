"""How many events one user may send: a bucket that fills at a steady rate and holds a burst."""

import time
from dataclasses import dataclass, field

from .errors import RateLimited


@dataclass
class Bucket:
    """What one user may still send, and when that was last reckoned."""

    tokens: float
    at_s: float = field(default_factory=time.monotonic)


class RateLimiter:
    """Lets each user send `per_second` events on average and `burst` of them at once."""

    def __init__(self, per_second: int, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str, Bucket] = {}

    def check(self, username: str) -> None:
        """Count one event of a user; raises RateLimited if it is one too many."""
        bucket = self._buckets.setdefault(username, Bucket(self._burst))
        bucket.tokens = min(self._filled(bucket), self._burst)
        bucket.at_s = time.monotonic()
        if bucket.tokens < 1:
            raise RateLimited(
                f"at most {self._per_second:,} events a second, {self._burst:,} at once; "
                "the server's flags --max-events-per-second and --max-event-burst set this"
            )
        bucket.tokens -= 1

    def forget(self, username: str) -> None:
        """Drop a user's bucket if it is full again, so that memory does not grow with users."""
        bucket = self._buckets.get(username)
        if bucket and self._filled(bucket) >= self._burst:
            del self._buckets[username]

    def _filled(self, bucket: Bucket) -> float:
        return bucket.tokens + (time.monotonic() - bucket.at_s) * self._per_second
