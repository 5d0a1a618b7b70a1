"""A talk at one server: what its members, a newcomer and the system saw of an evening."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from load_test.experiment.ledger import Ledger
from load_test.experiment.prepared import UNTRACED
from load_test.experiment.processes import ProcessFailed
from load_test.experiment.servers import DRAIN_S, Server
from tests.checklist.scenario import Stage, scenario
from tests.checklist.scenarios.account import Account, account
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.evening import MOST_MESSAGES, Burst, Evening, Lone
from tests.checklist.scenarios.file_watch import watch_files
from tests.checklist.scenarios.newcomer import Answer
from tests.checklist.scenarios.stored import read_stored


@dataclass(frozen=True)
class Talk:
    """All of it, after the server had gone and every connection had ended.

    `declared` is what the submission says that its acknowledgement means, "" if nothing. `answers`
    counts how the messages of the members were acknowledged, or with which code they were refused.
    `shown` of them came back to their senders, `echoed` of the newcomer's to the newcomer.
    `everything` is from the first burst to the end. `strangers` are deliveries to members of
    another room, `overheard` those to the newcomer, who was in no room of theirs, and
    `after_leaving` those to a connection that had left the room. `problems` are files that cannot
    be read. `open_at_once`: the most temporary files for one message file at a time, None if the
    system does not tell.

    `left` messages had no outcome, nor had any later one of their sender: they waited when the
    server was told to end. Whether it keeps those is for others to judge, and the `account` says
    nothing of them.
    """

    declared: str
    answers: Mapping[str, int]
    shown: int
    echoed: int
    lone: tuple[Lone, ...]
    bursts: tuple[Burst, ...]
    few: Burst
    everything: Burst
    fields: tuple[Answer, ...]
    rooms: tuple[Answer, ...]
    strangers: int
    overheard: int
    after_leaving: int
    account: Account
    left: int
    problems: tuple[str, ...]
    open_at_once: int | None


def run(stage: Stage) -> Talk:
    """Let one server live through an evening."""
    data_dir = stage.prepared.copy_to(stage.folder / "data")
    crowd = Crowd(stage, MOST_MESSAGES)
    with (
        watch_files(data_dir) as watch,
        Server(stage.submission, data_dir, stage.log("server"), UNTRACED) as server,
    ):
        evening = Evening(stage, server, crowd, watch)
        reads = evening.read_histories()
        asyncio.run(evening.spend())
        with suppress(ProcessFailed):  # whether it ends is for others to judge
            server.wait(DRAIN_S)
        watch.settle()
    ledger, files = crowd.ledger, read_stored(data_dir)
    stored = crowd.numbers_of(files.records)
    left = left_waiting(ledger, stored)
    fields, rooms = evening.answers()
    said = (*ledger.acknowledged_as, *ledger.refused_as)
    return Talk(
        declared=stage.declared,
        answers=Counter(answer for answer in said if answer),
        shown=ledger.delivered,
        echoed=evening.newcomer.echoed,
        lone=tuple(evening.lone()),
        bursts=tuple(evening.bursts),
        few=evening.few,
        everything=evening.everything(),
        fields=tuple(fields),
        rooms=(*reads, *rooms),
        strangers=ledger.books().strangers,
        overheard=evening.newcomer.overheard,
        after_leaving=evening.leaver.still_heard,
        account=_without(account(ledger, stored), ledger, left),
        left=len(left),
        problems=tuple(files.problems),
        open_at_once=watch.open_at_once,
    )


def left_waiting(ledger: Ledger, stored: Iterable[int]) -> set[int]:
    """The messages that were sent and had no outcome, nor had any later one of their sender."""
    refused = (number for number, code in enumerate(ledger.refused_as) if code)
    settled = {*stored, *ledger.first_seen, *refused}
    last_settled: dict[int, int] = {}  # by sender
    for number in sorted(settled):
        last_settled[ledger.senders[number]] = number
    return {
        number
        for number, sent_s in enumerate(ledger.sent_s)
        if sent_s is not None and number > last_settled.get(ledger.senders[number], -1)
    }


def _without(whole: Account, ledger: Ledger, left: Iterable[int]) -> Account:
    """An account that says nothing of what was left: those are open, or were never answered."""
    queued = sum(ledger.acknowledged_as[number] == "queued" for number in left)
    unanswered = sum(not ledger.acknowledged_as[number] for number in left)
    return replace(whole, open=whole.open - queued, unanswered=whole.unanswered - unanswered)


SCENARIO = scenario("An evening: one by one, all at once, and what is refused", lasts_s=4)(run)
