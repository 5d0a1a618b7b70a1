"""What a comparison sends: its settings, and the loads made of them once the servers' capacities
are known.

A timed round has a light part, which both servers carry, for the latency, and a heavy one, above
what either can do, for the rate. Work is measured in rounds of their own, under the light load
and traced, at two sizes of the history.
"""

from dataclasses import dataclass

from load_test.experiment.phases import Phase
from load_test.experiment.settings import Settings, setting

LIGHT, HEAVY = "light", "heavy"
# Of the smaller capacity: no queue grows, and the hub has time to spare.
LIGHT_SHARE = 0.4
# Of the larger capacity: more than it can do, and not so much that refusing becomes its work.
HEAVY_SHARE = 1.5
REST_S = 0.4  # after the light part, so that its queue is empty and its counters can be read
# The beginning of the heavy part fills queues and batches, and does not count for the rate.
WARM_UP_S = 0.5
WORK_S = 2.0
# The small history of the work rounds: a tenth, so that what grows with it shows as a factor of 10.
SMALL_HISTORY_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Contest(Settings):
    """The settings of a comparison."""

    # Small rooms: the load is on storing, and one broadcast goes to few.
    users: int = setting(20, "users, each with one connection", low=2, high=2_000)
    rooms: int = setting(5, "rooms, with an equal share of the users each", low=1, high=1_000)
    light_s: float = setting(1.2, "seconds of light load in a timed round", low=0.2, high=60)
    heavy_s: float = setting(2.0, "seconds of heavy load in a timed round", low=0.8, high=60)
    time_limit: float = setting(200.0, "seconds after which it ends", low=30, high=3_600)
    max_rounds: int = setting(
        50, "rounds of two runs each, in the order A B, B A, ..., at most", low=1, high=200
    )

    @property
    def warm_up_s(self) -> float:
        """Until when deliveries of a timed run do not count for its rate, in seconds."""
        return self.light_s + REST_S + WARM_UP_S

    @property
    def timed_s(self) -> float:
        """How long a timed run lasts."""
        return self.light_s + REST_S + self.heavy_s

    @property
    def small_history(self) -> int:
        """The smaller history of the work rounds."""
        return round(self.history * SMALL_HISTORY_SHARE)


@dataclass(frozen=True)
class Rates:
    """Messages a second: what each side delivered at most in its probe, and what follows."""

    capacity_per_s: dict[str, float]

    @property
    def light_per_s(self) -> float:
        """A load that both carry."""
        return LIGHT_SHARE * min(self.capacity_per_s.values())

    @property
    def heavy_per_s(self) -> float:
        """A load above what either can do."""
        return HEAVY_SHARE * max(self.capacity_per_s.values())

    def timed(self, settings: Contest) -> tuple[Phase, Phase]:
        """The phases of a timed run."""
        return (
            Phase(LIGHT, settings.light_s, self.light_per_s, rests_s=REST_S),
            Phase(HEAVY, settings.heavy_s, self.heavy_per_s),
        )

    def work(self) -> tuple[Phase]:
        """The one phase of a run that measures work."""
        return (Phase(LIGHT, WORK_S, self.light_per_s, rests_s=REST_S),)
