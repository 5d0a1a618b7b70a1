"""What one run measured, and whether that is what a server should hold."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Counts and times, in milliseconds, of one kind of wait; failures' times count too.

    Locust keeps times to two digits: 1,049 ms is 1,000 here.
    """

    name: str
    count: int
    failures: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Objective:
    """What a server should hold, what was found, and whether that is good enough."""

    wanted: str
    found: str
    met: bool


@dataclass(frozen=True)
class Outcome:
    """What one run measured.

    `sent` greetings are `delivered`, `undelivered` when their time was up, or refused.
    """

    guests: int
    here: int
    planned_s: float
    greeted_s: float
    sent: int
    delivered: int
    undelivered: int
    acknowledgement: Row
    broadcast: Row
    failures: Sequence[str]
    generator_busy: bool
    objective_p95_ms: int  # 0: none

    @property
    def objectives(self) -> list[Objective]:
        """The objectives, judged by what was measured; none if nobody greeted."""
        if not self.sent:
            return []
        found = f"{self.delivered:,} of {self.sent:,}"
        judged = [Objective("every greeting delivered", found, self.delivered == self.sent)]
        limit_ms, p95_ms = self.objective_p95_ms, self.broadcast.p95_ms
        if limit_ms:
            wanted = f"p95 of {self.broadcast.name} within {limit_ms:,} ms"
            judged.append(Objective(wanted, f"{p95_ms:,.0f} ms", p95_ms <= limit_ms))
        return judged

    @property
    def good(self) -> bool:
        """Whether somebody greeted, all was acknowledged and every objective was met."""
        met = all(objective.met for objective in self.objectives)
        return self.sent > 0 and met and not self.acknowledgement.failures

    def sentence(self) -> str:
        """How it went, in plain words."""
        if self.here < self.guests and not self.sent:
            return f"Only {self.here} of {self.guests} guests got in, and nobody greeted."
        if not self.sent:
            return "Nobody greeted, so nothing was measured."
        early = "" if self.greeted_s >= self.planned_s else f"Ended after {self.greeted_s:.0f} s. "
        if self.delivered == self.sent:
            but = f"; {self.acknowledgement.failures:,} lack their acknowledgement"
            return (
                f"{early}All {self.sent:,} greetings were delivered, half of them within "
                f"{self.broadcast.p50_ms:,.0f} ms and 95 of 100 within "
                f"{self.broadcast.p95_ms:,.0f} ms{but if self.acknowledgement.failures else ''}."
            )
        refused = self.sent - self.delivered - self.undelivered
        parts = [f"{self.delivered:,} were delivered"]
        if self.undelivered:
            parts.append(f"{self.undelivered:,} were not when their time was up")
        if refused:
            parts.append(f"{refused:,} were refused or could not be sent")
        return f"{early}Of {self.sent:,} greetings {', '.join(parts[:-1])} and {parts[-1]}."
