"""What the guests of one Locust process share: its rooms, its names, its chances, its clock.

Each process has rooms of its own, so all members of a room sit in one process: whether a greeting
arrived is seen where it was sent, however many processes and machines there are.
"""

import itertools
import random
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from gevent.event import Event
from gevent.lock import Semaphore

from load_test.shapes import Evening

# A sign-up and a log-in cost the server some 90 ms of a core each, on purpose. If all came at once,
# all would wait for the last.
COME_IN_AT_ONCE = 4


@dataclass
class Room:
    """One chat room: made by the first guest who wants in, who then invites the others."""

    id: str = ""
    host_token: str = ""
    making: Semaphore = field(default_factory=Semaphore)  # only one guest finds it missing
    notes: list[set[str]] = field(default_factory=list)  # what came, for those who are away

    def note(self, message_id: str) -> None:
        """A member saw a message."""
        for each in self.notes:
            each.add(message_id)


@dataclass
class Party:
    """One run of one process. It has names and rooms of its own.

    `rooms` 0 means as many as it takes: the first `users_per_room` guests fill the first, and so
    on. Otherwise the guests are dealt out to so many rooms.
    """

    rooms: int
    pause_s: float  # mean time between two things that one guest does
    users_per_room: int = 10
    message_length: int = 0  # mean, in characters; 0: as in the file
    seed: int | None = None  # None: as the module random was seeded
    worker: int = 0  # so that no two processes do the same
    evening: Evening | None = None  # None: all the time the same pace
    began_s: float = field(default_factory=time.perf_counter)

    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8], init=False)
    door: Semaphore = field(default_factory=lambda: Semaphore(COME_IN_AT_ONCE), init=False)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count, init=False)
    here: int = field(default=0, init=False)  # guests who came in
    sent: int = field(default=0, init=False)  # greetings, of all guests
    begins: Event = field(default_factory=Event, init=False)  # nobody sends before
    _rooms: dict[int, Room] = field(default_factory=lambda: defaultdict(Room), init=False)

    def room_of(self, number: int) -> Room:
        """The room of a guest, by the guest's number."""
        return self._rooms[number % self.rooms if self.rooms else number // self.users_per_room]

    def chance(self, number: int) -> random.Random:
        """A guest's own chance: the same seed lets guest 7 do the same things again."""
        if self.seed is None:
            return random.Random(random.random())
        return random.Random(f"{self.seed}/{self.worker}/{number}")

    def later(self, at_s: float, gap_s: float) -> float:
        """When a gap is over that takes `gap_s` at the usual pace, on `time.perf_counter`."""
        if self.evening is None:
            return at_s + gap_s
        return self.began_s + self.evening.later(at_s - self.began_s, gap_s)
