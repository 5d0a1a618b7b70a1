"""How an evening goes: how many guests are there, and how often they greet, from begin to end.

A shape is drawn in parts of the whole (0 to 1), so that it fits any run: its height is Locust's
--users, its width Locust's --run-time. `python -m load_test.draw_shapes` draws all of them.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Burst:
    """A stretch in which everybody does everything `pace` times as often as usual."""

    begin: float
    end: float
    pace: float


@dataclass(frozen=True)
class Shape:
    """The corners of the line that the number of guests follows, and the bursts on the way.

    Each corner is (part of the time, part of the most guests). Guests leave in steps, never along
    a slope: Locust stops a wave of users well, but not while the wave before is still leaving.
    """

    title: str
    corners: Sequence[tuple[float, float]]
    bursts: Sequence[Burst] = ()

    def guests(self, time: float) -> float:
        """The part of the most guests who are there at a time from 0 to 1."""
        for (begin, low), (end, high) in itertools.pairwise(self.corners):
            if begin <= time < end:
                return low + (high - low) * (time - begin) / (end - begin)
        return self.corners[-1][1]

    def pace(self, time: float) -> float:
        """How often everybody greets, against the usual."""
        return next((each.pace for each in self.bursts if each.begin <= time < each.end), 1.0)


def _steps(*steps: tuple[float, float]) -> list[tuple[float, float]]:
    """The corners of steps, each from its begin to the next one's, the last one to the end."""
    ends = [begin for begin, _ in steps[1:]] + [1.0]
    return [
        corner
        for (begin, guests), end in zip(steps, ends, strict=True)
        for corner in ((begin, guests), (end, guests))
    ]


NONE = "none"  # Locust's own users, spawn rate and run time
SHAPES = {
    "countdown": Shape(
        "quiet, climb, midnight, afterglow",
        [(0, 0.2), (0.15, 0.2), (0.45, 1), (0.75, 1), *_steps((0.75, 0.6), (0.88, 0.3))],
        [Burst(0.6, 0.66, pace=10)],
    ),
    "steps": Shape(
        "a quarter more, and again", _steps((0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1))
    ),
    "soak": Shape("all the time the same, for hours", [(0, 0), (0.1, 1), (1, 1)]),
    "spikes": Shape(
        "midnight in one time zone after the other",
        [(0, 0), (0.1, 1), (1, 1)],
        [Burst(begin, begin + 0.04, pace=8) for begin in (0.2, 0.4, 0.6, 0.8)],
    ),
}


@dataclass(frozen=True)
class Evening:
    """A shape at its real size: at most so many guests, so many seconds long."""

    shape: Shape
    most_guests: int
    length_s: float

    def guests(self, at_s: float) -> int:
        """How many guests are there; always somebody."""
        return max(1, round(self.most_guests * self.shape.guests(at_s / self.length_s)))

    def later(self, at_s: float, gap_s: float) -> float:
        """When a gap that begins at `at_s` is over, if it lasts `gap_s` at the usual pace.

        In a burst time passes faster: who waits when midnight strikes does not wait to the end.
        """
        for burst in self.shape.bursts:
            begin_s, end_s = burst.begin * self.length_s, burst.end * self.length_s
            if at_s >= end_s:
                continue
            quiet_s = max(0.0, begin_s - at_s)
            if gap_s <= quiet_s:
                return at_s + gap_s
            gap_s -= quiet_s
            at_s = max(at_s, begin_s)
            if gap_s <= (end_s - at_s) * burst.pace:
                return at_s + gap_s / burst.pace
            gap_s -= (end_s - at_s) * burst.pace
            at_s = end_s
        return at_s + gap_s
