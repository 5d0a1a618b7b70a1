"""``--history N``: plausible messages, so that a server is as slow from the start as it would be
after a year. They belong to a room that nobody is in.
"""

import logging
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import files
from .healing import message_file, message_files
from .models import Record, encode

log = logging.getLogger(__name__)

ROOM_ID = "sample-history"
SENDERS = ("minji", "jisoo", "alex", "sofia", "yuna", "omar", "lena", "kenji")
SENTENCES = (
    "새해 복 많이 받으세요! Happy New Year!",
    "Are we still meeting at eight? I can bring something to eat.",
    "네, 좋아요. 그럼 여덟 시에 봐요.",
    "The photos from last year are in the album, have a look when you can.",
    "Thank you all for a wonderful evening, get home safely.",
    "내년에는 더 자주 만나요. 건강하세요!",
)
SECONDS_BETWEEN = 30
SEED = 2026


def fill(folder: Path, count: int, max_per_file: int) -> None:
    """Write `count` messages into a folder that holds none; where there are some, say so."""
    if not count:
        return
    if message_files(folder):
        log.info("%s holds messages already: --history %d adds none", folder, count)
        return
    choose = random.Random(SEED)
    at = datetime.now(UTC) - timedelta(seconds=SECONDS_BETWEEN * (count + 1))
    for number, first in enumerate(range(0, count, max_per_file), start=1):
        records = []
        for _ in range(first, min(first + max_per_file, count)):
            at += timedelta(seconds=SECONDS_BETWEEN)
            records.append(_record(at, choose))
        files.write_durably(folder / message_file(number), encode(records))
    log.info("made up %d messages in %s", count, folder)


def _record(at: datetime, choose: random.Random) -> Record:
    time = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": f"{int(at.timestamp() * 1_000_000):016x}",
        "roomId": ROOM_ID,
        "sender": choose.choice(SENDERS),
        "content": choose.choice(SENTENCES),
        "timestamp": time,
        "createdAt": time,
    }
