"""Who sends which message when: a schedule, made before the run from a seed.

The load is open: it does not wait for the server, as people at midnight do not. A load that sends
the next message when the last one was answered slows down with the server, and hides the queue
that people would stand in (coordinated omission). So every latency counts from the intended
moment of this schedule, also when the generator should be late.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from load_test.experiment.phases import Phase, Slot, slots
from load_test.experiment.prepared import Room
from load_test.experiment.settings import Settings

# Different lengths and scripts, as at a real midnight: from 15 bytes to 60.
GREETINGS = (
    "Happy New Year!",
    "새해 복 많이 받으세요!",
    "Happy New Year to all of you, and thank you for this one",
    "모두 건강하고 행복한 새해 되세요",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message to be sent `at_s` seconds after the start, by the user of that number.

    `burst` tells that it is one of many that are to be sent at that moment.
    """

    at_s: float
    sender: int
    phase: str
    burst: bool = False


def make_schedule(phases: Sequence[Phase], settings: Settings, variant: int = 0) -> list[Arrival]:
    """All messages of a run in their order; the same settings always give the same schedule.

    Each `variant` of it has other gaps (and senders, if they are random).
    """
    chance = random.Random(f"{settings.seed} {variant}")
    schedule: list[Arrival] = []
    for slot in slots(phases):
        burst = [(slot.starts_s, True)] * slot.phase.burst_messages
        stream = [(at_s, False) for at_s in _stream(slot, settings.arrivals, chance)]
        for at_s, in_burst in burst + stream:
            sender = len(schedule) % settings.users
            if settings.senders == "random":
                sender = chance.randrange(settings.users)
            schedule.append(Arrival(at_s, sender, slot.phase.name, in_burst))
    return schedule


def _stream(slot: Slot, arrivals: str, chance: random.Random) -> Iterator[float]:
    """The moments of a stream: at equal distances, or as independent people send (Poisson)."""
    rate_per_s = slot.phase.rate_per_s
    at_s, until_s = slot.starts_s, slot.starts_s + slot.phase.sends_s
    while rate_per_s and at_s < until_s:
        yield at_s
        at_s += 1 / rate_per_s if arrivals == "fixed" else chance.expovariate(rate_per_s)


def packet(number: int, room: Room) -> bytes:
    """The Socket.IO packet that sends message `number` to a room and wants it acknowledged.

    The number stands in it twice: as the id under which the acknowledgement comes back, and as
    the client's own id, which comes back in the broadcast.
    """
    content = f"{GREETINGS[number % len(GREETINGS)]} ({number})"
    payload = {"roomId": room.room_id, "content": content, "clientId": str(number)}
    return f"42{number}{json.dumps(['send_message', payload], ensure_ascii=False)}".encode()
