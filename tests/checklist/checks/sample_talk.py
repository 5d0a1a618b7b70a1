"""What a good answer leaves of an evening, for tests to spoil; and how they judge it."""

from dataclasses import replace

from tests.checklist.check import Judge, Verdict
from tests.checklist.rubric import read_rubric
from tests.checklist.scenarios.account import Account
from tests.checklist.scenarios.evening import Burst, Lone
from tests.checklist.scenarios.newcomer import ACCEPTED, Answer
from tests.checklist.scenarios.talk import Talk

RUBRIC = read_rubric()
LONE = Lone(acknowledged_ms=1.0, shown_ms=55.0, written_ms=54.0)
BURST = Burst(messages=409, shown=409, writes=5, claimed_writes=5)
CLEAN = Account(
    sent=1255,
    acknowledged=1255,
    stored=1255,
    lost=0,
    open=0,
    untold=0,
    doubled=0,
    out_of_order=0,
    kept_though_refused=0,
    answered_twice=0,
    unanswered=0,
    unreadable=0,
)
GOOD = Talk(
    declared="queued",
    answers={"queued": 1255},
    shown=1255,
    echoed=1,
    lone=(LONE,) * 8,
    bursts=(BURST,) * 3,
    few=Burst(messages=20, shown=20, writes=1, claimed_writes=1),
    everything=Burst(messages=1247, shown=1247, writes=16, claimed_writes=None),
    fields=(
        Answer("a message without content", "bad_field", "bad_field"),
        Answer("a message of 4,000 characters", ACCEPTED, "queued"),
    ),
    rooms=(Answer("reading a room as a newcomer", "404", "404"),),
    strangers=0,
    overheard=0,
    after_leaving=0,
    account=CLEAN,
    left=0,
    problems=(),
    open_at_once=1,
)
# What the unchanged challenge leaves: right, and a write for each message.
SLOW = replace(
    GOOD,
    declared="",
    answers={"stored": 437},
    lone=(Lone(8.0, 8.0, 6.0),) * 8,
    bursts=(Burst(409, 409, 409, 409),),
    everything=Burst(429, 429, 429, None),
)


def judged(judge: Judge, *evidence: object) -> Verdict:
    """A check's verdict, with the thresholds of the rubric."""
    name = judge.check.name  # type: ignore[attr-defined]
    return judge(*evidence, **RUBRIC.entry(name).thresholds)
