"""The ledger: what became of each message, written by the clients while the run goes on.

Nothing counts unless it is in here. Writing is all that happens during a run, and it is cheap (a
list item set for each event); judging comes afterwards, in `summary`.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

# So many of the latest deliveries make the p95 that the progress line shows.
RECENT = 200


@dataclass(frozen=True)
class Books:
    """The sums of a ledger over all members' deliveries, after the server has gone.

    lost: acknowledged, and then neither broadcast to anybody nor answered by an error.
    doubled: deliveries of a message to a member who had it already.
    out_of_order: deliveries to a member who had seen a later message of the same sender, or whom
        another member, who saw the two the other way round, contradicts.
    missing: members who never got a message that others of their room got.
    strangers: deliveries to a member of another room.
    answered_twice: messages with a second outcome: acknowledged twice, or an error beside a
        broadcast or another error.
    unreadable: packets that are no answer to anything that was sent.
    """

    lost: int
    doubled: int
    out_of_order: int
    missing: int
    strangers: int
    answered_twice: int = 0
    unreadable: int = 0


@dataclass(eq=False)
class Ledger:
    """By the number of a message, all moments in seconds of `time.perf_counter`, None for never.

    `senders` holds each message's sender, `rooms` each member's room; both are numbers.
    """

    senders: Sequence[int]
    rooms: Sequence[int]
    sent_s: list[float | None] = field(init=False)
    acknowledged_s: list[float | None] = field(init=False)
    acknowledged_as: list[str | None] = field(init=False)  # stored or queued
    refused_s: list[float | None] = field(init=False)
    refused_as: list[str | None] = field(init=False)  # the code of the refusal or the error
    delivered_s: list[float | None] = field(init=False)  # to its sender
    seen_s: list[float | None] = field(init=False)  # by the first member who got it
    received: list[list[int]] = field(init=False)  # by member: numbers in the order they came
    first_seen: list[int] = field(default_factory=list)  # numbers, in the order of `seen_s`
    recent_s: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    sent: int = 0
    delivered: int = 0
    settled: int = 0  # delivered to the sender, or refused
    unreadable: int = 0  # packets that made no sense
    twice: set[int] = field(default_factory=set)  # numbers that were answered more than once

    def __post_init__(self) -> None:
        messages = len(self.senders)
        self._answered = [False] * messages
        self.sent_s = [None] * messages
        self.acknowledged_s = [None] * messages
        self.acknowledged_as = [None] * messages
        self.refused_s = [None] * messages
        self.refused_as = [None] * messages
        self.delivered_s = [None] * messages
        self.seen_s = [None] * messages
        self.received = [[] for _ in self.rooms]

    @property
    def waiting(self) -> int:
        """How many messages were sent and are neither delivered nor refused yet."""
        return self.sent - self.settled

    def send(self, number: int, at_s: float) -> None:
        """A message was given to the network."""
        self.sent_s[number] = at_s
        self.sent += 1

    def acknowledge(self, number: int, status: str, at_s: float) -> None:
        """The server took a message: `stored`, or only `queued`."""
        self._answer(number)
        if self.acknowledged_s[number] is None:
            self.acknowledged_s[number] = at_s
            self.acknowledged_as[number] = status

    def refuse(self, number: int, code: str, at_s: float) -> None:
        """The server refused a message, instead of acknowledging it."""
        self._answer(number)
        self.fail(number, code, at_s)

    def fail(self, number: int, code: str, at_s: float) -> None:
        """A message ended in an error: refused, or acknowledged and not kept after all."""
        if self.refused_s[number] is None:
            self.refused_s[number] = at_s
            self.refused_as[number] = code
            self.settled += self.delivered_s[number] is None
        else:
            self.twice.add(number)

    def _answer(self, number: int) -> None:
        if self._answered[number]:
            self.twice.add(number)
        self._answered[number] = True

    def receive(self, member: int, number: int, at_s: float) -> None:
        """A member got the broadcast of a message. Raises IndexError for one that is not ours."""
        if self.seen_s[number] is None:
            self.seen_s[number] = at_s
            self.first_seen.append(number)
        self.received[member].append(number)
        if self.senders[number] == member and self.delivered_s[number] is None:
            self.delivered_s[number] = at_s
            self.delivered += 1
            self.settled += self.refused_s[number] is None
            sent_s = self.sent_s[number]
            if sent_s is not None:
                self.recent_s.append(at_s - sent_s)

    def books(self) -> Books:
        """The sums over everything that came until the last connection closed."""
        place = {number: place for place, number in enumerate(self.first_seen)}
        doubled = out_of_order = strangers = missing = 0
        for member, numbers in enumerate(self.received):
            had: set[int] = set()
            last_place = -1
            last_of: dict[int, int] = {}  # by sender
            for number in numbers:
                sender = self.senders[number]
                if number in had:
                    doubled += 1
                    continue
                had.add(number)
                strangers += self.rooms[sender] != self.rooms[member]
                if place[number] < last_place or number < last_of.get(sender, -1):
                    out_of_order += 1
                last_place = max(last_place, place[number])
                last_of[sender] = max(last_of.get(sender, -1), number)
            in_room = (n for n in place if self.rooms[self.senders[n]] == self.rooms[member])
            missing += sum(number not in had for number in in_room)
        twice = self.twice.union(number for number in place if self.refused_s[number] is not None)
        return Books(
            self._lost(), doubled, out_of_order, missing, strangers, len(twice), self.unreadable
        )

    def _lost(self) -> int:
        return sum(
            acknowledged is not None and seen is None and refused is None
            for acknowledged, seen, refused in zip(
                self.acknowledged_s, self.seen_s, self.refused_s, strict=True
            )
        )
