"""The load of a run: its schedule, and everything that can be made before the run begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from load_test.experiment.arrivals import Arrival, packet
from load_test.experiment.clients import frame
from load_test.experiment.ledger import Ledger
from load_test.experiment.phases import Phase
from load_test.experiment.prepared import Prepared


@dataclass(frozen=True)
class Load:
    """What is sent, made before the run: the schedule and a frame for each of its messages.

    The lone messages have the numbers after the schedule's, so that nothing confuses them.
    Deliveries in the first `warm_up_s` do not count for the rate of a run, and if `latency_of`
    names a phase only its messages count for the latency.
    """

    phases: Sequence[Phase]
    schedule: Sequence[Arrival]
    frames: Sequence[bytes]
    rooms: Sequence[int]  # of the users, by number
    warm_up_s: float = 0.0
    latency_of: str | None = None

    @classmethod
    def make(
        cls,
        phases: Sequence[Phase],
        schedule: Sequence[Arrival],
        prepared: Prepared,
        lone_messages: int = 0,
        **meaning: Any,
    ) -> "Load":
        """The load of a run on servers that were prepared so; `meaning` are the last two fields."""
        senders = [arrival.sender for arrival in schedule] + [0] * lone_messages
        frames = [
            frame(packet(number, prepared.room_of(sender))) for number, sender in enumerate(senders)
        ]
        users = range(len(prepared.tokens))
        rooms = [user % len(prepared.rooms) for user in users]
        return cls(phases, schedule, frames, rooms, **meaning)

    @property
    def lone_messages(self) -> int:
        """How many messages are sent one by one before the schedule begins."""
        return len(self.frames) - len(self.schedule)

    def ledger(self) -> Ledger:
        """An empty ledger for the schedule."""
        return Ledger([arrival.sender for arrival in self.schedule], self.rooms)

    def lone_ledger(self) -> Ledger:
        """An empty ledger that has room for the numbers of the lone messages."""
        return Ledger([0] * len(self.frames), self.rooms)
