"""What a guest who lost the connection must find on coming back: each message once, in order."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

MISSED = "missed"
TWICE = "came twice"
OUT_OF_ORDER = "out of order"


@dataclass(frozen=True)
class Seen:
    """A message as a guest remembers it: its id, and when the server accepted it."""

    id: str
    timestamp: str  # ISO 8601, UTC, always as long: sorts as text


def faults(
    before: Sequence[Seen],
    fetched: Sequence[Seen],
    live: Sequence[Seen],
    witnessed: Collection[str],
) -> Iterator[str]:
    """What is wrong after a reconnection, one word for each message concerned.

    `before` came before the connection was lost, `fetched` answered "what came after the last of
    them", `live` came over the new connection. `witnessed` are the ids that others in the room saw
    meanwhile. That `fetched` and `live` overlap is no fault: live begins before fetched is read.
    """
    fetched_ids = {message.id for message in fetched}
    known = {message.id for message in before}
    latest = before[-1].timestamp if before else ""
    for message in (*fetched, *(each for each in live if each.id not in fetched_ids)):
        if message.id in known:
            yield TWICE
        elif message.timestamp < latest:
            yield OUT_OF_ORDER
        known.add(message.id)
        latest = max(latest, message.timestamp)
    for _ in set(witnessed) - known:
        yield MISSED
