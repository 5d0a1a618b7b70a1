"""What a load consists of: phases, one after the other, each with a rate, a burst, or both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phase:
    """A burst when it begins, then messages at a rate for `sends_s`, then quiet for `rests_s`."""

    name: str
    sends_s: float = 0.0
    rate_per_s: float = 0.0
    burst_messages: int = 0
    rests_s: float = 0.0

    @property
    def lasts_s(self) -> float:
        """From its beginning to that of the next, in seconds."""
        return self.sends_s + self.rests_s


@dataclass(frozen=True, slots=True)
class Slot:
    """When a phase is, in seconds since the start of the run."""

    phase: Phase
    starts_s: float
    ends_s: float

    @property
    def looks_at_s(self) -> float:
        """When its counters are read: in the middle of its quiet, so that neither what is still
        under way at the end of its sending nor the next phase is mixed up with it.
        """
        return self.ends_s - self.phase.rests_s / 2


def slots(phases: Sequence[Phase]) -> Iterator[Slot]:
    """Each phase with its time."""
    starts_s = 0.0
    for phase in phases:
        yield Slot(phase, starts_s, starts_s + phase.lasts_s)
        starts_s += phase.lasts_s
