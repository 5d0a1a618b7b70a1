"""The load test: an evening like the demo's in short, and what it leaves in memory.

For the memory a server is started of its own, with small files, so that what it needs for one of
them stays the same. What grows with the messages then is what it never lets go.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from load_test.experiment.ledger import Ledger
from load_test.experiment.prepared import ONE_FILE, UNTRACED
from load_test.experiment.servers import Server
from tests.checklist.scenario import Stage, scenario
from tests.checklist.scenarios.account import Account, account
from tests.checklist.scenarios.busy import MOST_MESSAGES, keep_busy
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.file_watch import watch_files
from tests.checklist.scenarios.new_year import NewYear, Part
from tests.checklist.scenarios.stored import read_stored

HISTORY = 2_000
# Who sends so late was disturbed by others, and the latencies are its own. Once more, then.
MOST_LATE_S = 0.1
TRIES = 2

SMALL_FILES = ("--max-messages-per-file", "1000")
# The first messages fill what is allocated once; after them memory should stay as it is.
WARM_MESSAGES, ENOUGH_MESSAGES, LAST_MESSAGES = 500, 2_000, 3_000
MEMORY_S, LONGEST_MEMORY_S = 8.0, 30.0  # the longer one for who has not stored enough by then


@dataclass(frozen=True)
class Growth:
    """How much more memory was taken after so many more messages."""

    messages: int
    rss_bytes: int


@dataclass(frozen=True)
class Loaded:
    """What was seen of a load.

    `account` is of the evening until the server had gone, `refused` counts by code until the time
    was up. `disturbed`: the generator was, and latencies mean nothing.
    """

    stream: Part
    midnight: Part
    account: Account
    refused: Mapping[str, int]
    disturbed: bool
    growth: Growth


def run(stage: Stage) -> Loaded:
    """The memory, and the evening; again, if the generator was disturbed."""
    growth = _grow(stage)
    prepared = stage.prepared.with_history(
        stage.challenge, HISTORY, stage.folder / "prepared", stage.log("prepare")
    )
    stage = replace(stage, prepared=prepared)
    for attempt in range(TRIES):
        seen = _spend_evening(stage, attempt, growth)
        if not seen.disturbed:
            break
    return seen


def _spend_evening(stage: Stage, attempt: int, growth: Growth) -> Loaded:
    data = stage.prepared.copy_to(stage.folder / f"data-{attempt}")
    log = stage.log(f"evening {attempt}")
    with (
        Server(stage.submission, data, log, UNTRACED, ONE_FILE) as server,
        watch_files(data) as files,
    ):
        evening = NewYear(stage, server, files)
        asyncio.run(evening.spend())
    stored = evening.crowd.numbers_of(read_stored(data).records)
    stream, midnight = evening.parts
    return Loaded(
        stream=stream,
        midnight=midnight,
        account=account(evening.crowd.ledger, stored),
        refused=evening.refused,
        disturbed=evening.late_s > MOST_LATE_S,
        growth=growth,
    )


def _grow(stage: Stage) -> Growth:
    """Load a server fully, and look at its memory after the first messages and at the end."""
    data = stage.prepared.copy_to(stage.folder / "data")
    crowd = Crowd(stage, MOST_MESSAGES)
    looks: list[tuple[int, int]] = []
    with Server(stage.submission, data, stage.log("memory"), UNTRACED, SMALL_FILES) as server:

        def look() -> None:
            family = server.family
            looks.append((crowd.ledger.delivered, family.rss_bytes(family.descendants())))

        def enough(ledger: Ledger, at_s: float) -> bool:
            if ledger.delivered >= WARM_MESSAGES and not looks:
                look()
            return (
                ledger.delivered >= LAST_MESSAGES
                or (ledger.delivered > ENOUGH_MESSAGES and at_s > MEMORY_S)
                or at_s > LONGEST_MEMORY_S
            )

        keep_busy(server, crowd, enough)
        look()
    (warm, warm_bytes), (last, last_bytes) = looks[0], looks[-1]
    return Growth(last - warm, last_bytes - warm_bytes)


SCENARIO = scenario("New Year's Eve, and what it leaves in memory", lasts_s=11, full=True)(run)
