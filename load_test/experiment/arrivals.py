"""Who sends which message when: a schedule, made before the run from a seed.

The load is open: it does not wait for the server, as people at midnight do not. A load that sends
the next message when the last one was answered slows down with the server, and hides the queue
that people would stand in (coordinated omission). So every latency counts from the intended
moment of this schedule, also when the generator should be late.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

from load_test.experiment.prepared import Room
from load_test.experiment.settings import Settings

STREAM, MIDNIGHT = "stream", "midnight"
# Different lengths and scripts, as at a real midnight: from 15 bytes to 60.
GREETINGS = (
    "Happy New Year!",
    "새해 복 많이 받으세요!",
    "Happy New Year to all of you, and thank you for this one",
    "모두 건강하고 행복한 새해 되세요",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message to be sent `at_s` seconds after the start, by the user of that number."""

    at_s: float
    sender: int
    phase: str


def make_schedule(settings: Settings) -> list[Arrival]:
    """All messages of a run in their order; the same settings always give the same schedule."""
    chance = random.Random(settings.seed)
    moments = [(at_s, STREAM) for at_s in _stream(settings, chance)]
    moments += [(settings.midnight_s, MIDNIGHT)] * settings.burst_messages
    schedule = []
    for number, (at_s, phase) in enumerate(moments):
        random_order = settings.senders == "random"
        sender = chance.randrange(settings.users) if random_order else number % settings.users
        schedule.append(Arrival(at_s, sender, phase))
    return schedule


def _stream(settings: Settings, chance: random.Random) -> Iterator[float]:
    """The moments of the stream: at equal distances, or as independent people send (Poisson)."""
    at_s = 0.0
    while at_s < settings.stream_s:
        yield at_s
        fixed = settings.arrivals == "fixed"
        at_s += 1 / settings.rate_per_s if fixed else chance.expovariate(settings.rate_per_s)


def packet(number: int, room: Room) -> bytes:
    """The Socket.IO packet that sends message `number` to a room and wants it acknowledged.

    The number stands in it twice: as the id under which the acknowledgement comes back, and as
    the client's own id, which comes back in the broadcast.
    """
    content = f"{GREETINGS[number % len(GREETINGS)]} ({number})"
    payload = {"roomId": room.room_id, "content": content, "clientId": str(number)}
    return f"42{number}{json.dumps(['send_message', payload], ensure_ascii=False)}".encode()
