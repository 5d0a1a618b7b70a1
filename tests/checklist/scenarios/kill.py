"""kill -9 in the middle of a load, again and again, each life on what the one before it left.

At last the challenge reads the folder, so that what a submission's own healing hides is seen. Only
what was acknowledged as queued may be missing, and no more of it than a queue and a batch hold:
that is the price of that answer, told in figures.
"""

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter

from load_test.experiment.prepared import UNTRACED
from load_test.experiment.servers import Server
from tests.checklist.scenario import Stage, scenario
from tests.checklist.scenarios.account import Account, account, still_open
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.stored import read_stored
from tests.checklist.trouble import Trouble, Word

LIVES = 5
SHORTEST_S, LONGEST_S = 0.1, 0.6  # of load, before the end
MAX_QUEUE = 100
MOST_IN_FLIGHT = 300  # more than a queue and a batch under way take together
AT_A_TURN, TURN_S = 20, 0.005
FILE_SIZES = (40, 300)  # messages; so that some kills fall into a rotation
MOST_MESSAGES = 20_000  # of all lives; more than any server takes in that time
GONE_WITHIN_S = 3.0


@dataclass(frozen=True)
class Kill:
    """All lives together.

    `open_of_lives`: for each kill, how many messages were acknowledged as queued and are nowhere;
    a queue holds `max_queue`. `damaged` names what had to be set aside, `problems` what cannot be
    read after the challenge has healed the folder.
    """

    lives: int
    max_queue: int
    open_of_lives: tuple[int, ...]
    damaged: tuple[str, ...]
    problems: tuple[str, ...]
    account: Account


def run(stage: Stage) -> Kill:
    """Kill some servers on one folder."""
    data_dir = stage.prepared.copy_to(stage.folder / "data")
    crowd = Crowd(stage, MOST_MESSAGES)
    ends = [0]  # the number of the next message, after each life
    for life in range(LIVES):
        per_file = stage.chance.choice(FILE_SIZES)
        flags = ["--max-queue-messages", str(MAX_QUEUE), "--max-messages-per-file", str(per_file)]
        seconds = stage.chance.uniform(SHORTEST_S, LONGEST_S)
        log = stage.log(f"life {life}")
        with Server(stage.submission, data_dir, log, UNTRACED, flags) as server:
            asyncio.run(_load_and_kill(server, crowd, seconds))
        ends.append(crowd.next_number)

    if not any(crowd.ledger.acknowledged_as):
        raise Trouble(Word.NO_EVIDENCE, f"in {LIVES} lives no message was acknowledged")
    with Server(stage.challenge, data_dir, stage.log("challenge"), UNTRACED) as reader:
        damaged = reader.ask("GET", "/health").get("damaged_files", [])
    left = read_stored(data_dir)
    stored = crowd.numbers_of(left.records)
    missing = still_open(crowd.ledger, stored)
    return Kill(
        lives=LIVES,
        max_queue=MAX_QUEUE,
        open_of_lives=tuple(
            sum(first <= number < end for number in missing) for first, end in pairwise(ends)
        ),
        damaged=tuple(map(str, damaged)),
        problems=tuple(left.problems),
        account=account(crowd.ledger, stored),
    )


async def _load_and_kill(server: Server, crowd: Crowd, seconds: float) -> None:
    """Kill a server after so long under load, and read what it had sent by then."""
    try:
        await crowd.connect(server)
        left_open = crowd.ledger.waiting  # by those before it
        dies_at_s = perf_counter() + seconds
        while perf_counter() < dies_at_s:
            in_flight = crowd.ledger.waiting - left_open
            crowd.send(min(AT_A_TURN, MOST_IN_FLIGHT - in_flight))
            await crowd.rest(TURN_S)
        server.kill()
        await crowd.all_gone(GONE_WITHIN_S)
    finally:
        await crowd.close()


SCENARIO = scenario("It is killed again and again", lasts_s=10, full=True)(run)
