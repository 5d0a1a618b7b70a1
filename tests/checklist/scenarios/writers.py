"""A crowd that writes in every script, and remembers what it wrote and when."""

import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tests.checklist.scenario import Stage
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.stored import Record

PREFIX = 16  # so many characters of a content tell its message
# What servers, encoders and files have tripped over; each message gets one of them.
FILLINGS = (
    "",
    " Happy New Year",
    " 새해 복 많이 받으세요",
    " 新年快乐 良いお年を",
    " كل عام وأنتم بخير",
    " नया साल मुबारक हो",
    " Šťastný nový rok, bonne année",
    " e\u0301 is not é",
    " 🎉🎆 👩‍👩‍👧‍👦 🏳️‍🌈 🇰🇷",
    ' "quotes" \\back\\slashes\\ \\u0041 {} [] %s',
    " \b\f\n\r\t and \x00 and \x7f and \u2028",
    " <b>no markup</b> &amp; ${none}",
    "  two spaces at the end  ",
    "x" * (4_000 - PREFIX),
    "新" * (4_000 - PREFIX),
    "🎆" * (4_000 - PREFIX),
)


@dataclass(frozen=True)
class Sent:
    """A message as it was sent, and when it was sent, acknowledged, and shown to anybody: in
    milliseconds since 1970, None for never.
    """

    sender: str
    room_id: str
    content: str
    sent_ms: float | None
    acknowledged_ms: float | None
    shown_ms: float | None


class Writers(Crowd):
    """A crowd whose messages are of all kinds, by turns."""

    def __init__(self, stage: Stage, most_messages: int) -> None:
        """No more than `most_messages` can be sent in all."""
        super().__init__(stage, most_messages)
        self._fillings = itertools.cycle(stage.chance.sample(FILLINGS, len(FILLINGS)))

    def write(self, count: int) -> range:
        """Send so many at once; their numbers."""
        first = self.next_number
        for _ in range(count):
            self.send(1, next(self._fillings))
        return range(first, self.next_number)

    def recognise(self, records: Iterable[Record]) -> list[int | None]:
        """The number of each record, by how its content begins; None for one that is not ours."""
        known = {content[:PREFIX]: number for content, number in self._numbers.items()}
        return [known.get(str(record.get("content"))[:PREFIX]) for record in records]

    def sent(self) -> list[Sent]:
        """All messages so far, by number."""
        ledger, prepared = self.ledger, self._prepared
        return [
            Sent(
                sender=prepared.usernames[ledger.senders[number]],
                room_id=prepared.room_of(ledger.senders[number]).room_id,
                content=content,
                sent_ms=_since_1970_ms(ledger.sent_s[number]),
                acknowledged_ms=_since_1970_ms(ledger.acknowledged_s[number]),
                shown_ms=_since_1970_ms(ledger.seen_s[number]),
            )
            for content, number in sorted(self._numbers.items(), key=lambda item: item[1])
        ]


def _since_1970_ms(at_s: float | None) -> float | None:
    """A moment of `time.perf_counter` as the clocks of servers tell it."""
    return None if at_s is None else (time.time() - time.perf_counter() + at_s) * 1000
