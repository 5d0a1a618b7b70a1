"""How much load: levels from a warm-up to Times Square, each with what a server should hold."""

from dataclasses import dataclass
from pathlib import Path

# People notice at about one second that they wait: up to there a talk flows, beyond it they begin
# to wonder whether their greeting went out at all (J. Nielsen, Response Times: The 3 Important
# Limits). It is one number for all levels, because nobody waits more gladly at midnight.
NOTICED_MS = 1_000
GUESTS_PER_ROOM = 10  # a greeting is delivered to each of them


@dataclass(frozen=True)
class Level:
    """A load: users, greetings a second from all of them together, and for how long.

    `lesson` is why the level is there. The server should deliver all greetings, and 95 of 100
    within `objective_p95_ms`.
    """

    title: str
    lesson: str
    users: int
    rate: float
    seconds: int
    guests_per_room: int = GUESTS_PER_ROOM
    objective_p95_ms: int = NOTICED_MS

    def in_words(self) -> str:
        """The load in one short line."""
        return f"{self.users} guests, {self.rate:g} greetings/s, {self.seconds} s"


LEVELS = {
    "warm-up": Level("Warm-up", "does everything work?", users=10, rate=5, seconds=10),
    "evening": Level("Evening", "a load that any server carries", users=40, rate=20, seconds=30),
    # As many deliveries as on Times Square, with a tenth of its writes.
    "one-big-room": Level(
        "One big room", "few writes, many deliveries",
        users=100, rate=20, seconds=30, guests_per_room=100,
    ),
    # 7,200 greetings: where each costs more than the one before, the same load gets too much.
    "long-night": Level(
        "Long night", "a load that stays, files that grow", users=40, rate=40, seconds=180
    ),
    "new-years-eve": Level(
        "New Year's Eve", "more than one write each allows", users=80, rate=100, seconds=30
    ),
    "times-square": Level("Times Square", "midnight", users=150, rate=200, seconds=30),
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """One run: the server's address, the load, its objective, and the folder of its reports."""

    address: str
    out: Path
    users: int
    rate: float
    seconds: int
    guests_per_room: int
    seed: int
    objective_p95_ms: int  # 0: none

    @property
    def rooms(self) -> int:
        """How many chat rooms the guests are spread over."""
        return max(1, round(self.users / self.guests_per_room))
