"""Each fault of an evening costs the check that names it, and no other."""

from dataclasses import replace
from typing import Any

import pytest

from tests.checklist.check import Judge, Result
from tests.checklist.checks import handler
from tests.checklist.checks.sample_talk import CLEAN, GOOD, LONE, SLOW, judged
from tests.checklist.scenarios.newcomer import ACCEPTED, LET_IN, REFUSED, Answer
from tests.checklist.scenarios.sick_disk import SickDisk
from tests.checklist.scenarios.sickness import Sickness
from tests.checklist.scenarios.talk import Talk

JUDGES: tuple[Judge, ...] = (
    handler.serves,
    handler.validates,
    handler.keeps_its_books,
    handler.keeps_order,
    handler.keeps_rooms_apart,
    handler.answers_truthfully,
)
SICKNESS = Sickness(
    way="the data folder was read-only",
    sent=300,
    refused={"queue_full": 240},
    refusals_s=(0.1,) * 240,
    stored=0,
    claimed=0,
    unfounded=0,
    waited=60,
    unreadable_before=0,
    first_shown_s=0.3,
    newcomer_shown_s=0.4,
)
LATE = replace(LONE, acknowledged_ms=55.0)
# Stored at once; which of two threads saw it first says nothing.
AT_ONCE = replace(LONE, acknowledged_ms=6.2, written_ms=5.9, shown_ms=6.5)


def failed(talk: Talk) -> list[str]:
    """The names of the checks that fail."""
    return [
        judge.check.name  # type: ignore[attr-defined]
        for judge in JUDGES
        if judged(judge, talk).result is Result.FAILED
    ]


@pytest.mark.parametrize(
    "talk",
    [
        GOOD,
        SLOW,
        replace(GOOD, declared=""),
        replace(GOOD, lone=(LATE, LATE, LATE, *GOOD.lone[3:])),  # a moment's noise
        replace(GOOD, lone=(replace(LONE, shown_ms=None, written_ms=None),)),  # it waits still
        replace(GOOD, lone=(AT_ONCE,) * 8),
        replace(SLOW, answers={"stored": 200, "shutting_down": 237}),
        replace(GOOD, left=5),  # for those who judge its end
    ],
)
def test_a_right_evening_passes(talk: Talk) -> None:
    assert failed(talk) == []


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("serves", {"shown": 0}),
        ("validates", {"fields": (Answer("a message that is a list", "bad_json", "no answer"),)}),
        ("validates", {"fields": (Answer("the longest message", ACCEPTED, "bad_field"),)}),
        ("keeps_its_books", {"account": replace(CLEAN, lost=1)}),
        ("keeps_its_books", {"account": replace(CLEAN, open=1)}),
        ("keeps_its_books", {"account": replace(CLEAN, untold=1)}),
        ("keeps_its_books", {"account": replace(CLEAN, doubled=1)}),
        ("keeps_its_books", {"account": replace(CLEAN, kept_though_refused=1)}),
        ("keeps_its_books", {"answers": {"queued": 1254, "queue_full": 1}}),
        ("keeps_its_books", {"problems": ("messages_1.json: not JSON",)}),
        ("keeps_order", {"account": replace(CLEAN, out_of_order=1)}),
        ("keeps_rooms_apart", {"strangers": 1}),
        ("keeps_rooms_apart", {"overheard": 1}),
        ("keeps_rooms_apart", {"after_leaving": 1}),
        ("keeps_rooms_apart", {"rooms": (Answer("with no token", REFUSED, LET_IN),)}),
        ("keeps_rooms_apart", {"rooms": (Answer("reading a room as nobody", "401", "200"),)}),
        ("answers_truthfully", {"account": replace(CLEAN, unanswered=1)}),
        ("answers_truthfully", {"account": replace(CLEAN, answered_twice=1)}),
        ("answers_truthfully", {"declared": "stored"}),
        ("answers_truthfully", {"lone": (LATE,) * 8}),
        (
            "answers_truthfully",  # on a system that does not tell of writes
            {"lone": (replace(LONE, acknowledged_ms=55.0, written_ms=None),) * 8},
        ),
    ],
)
def test_a_fault_fails_the_check_that_names_it(name: str, changes: dict[str, Any]) -> None:
    assert failed(replace(GOOD, **changes)) == [f"handler.{name}"]


def test_wrong_answers_are_told_but_not_all_of_them() -> None:
    wrong = [Answer(f"question {number}", "bad_field", "queued") for number in range(5)]

    told = judged(handler.validates, replace(GOOD, fields=tuple(wrong))).actual

    assert told.startswith("question 0: queued, not bad_field; question 1")
    assert told.endswith("question 2: queued, not bad_field; and 2 more")


@pytest.mark.parametrize(
    ("talk", "unfounded", "result"),
    [
        (SLOW, 0, Result.PASSED),
        (SLOW, 1, Result.FAILED),
        (GOOD, 1, Result.PASSED),  # shown too early, but never called stored
    ],
)
def test_stored_means_that_it_is_in_the_files(talk: Talk, unfounded: int, result: Result) -> None:
    sick = SickDisk(
        max_queue=60,
        sicknesses=(SICKNESS, replace(SICKNESS, unfounded=unfounded)),
        sent_after=30,
        served_after=30,
        rss_before_bytes=None,
        rss_peak_bytes=None,
        account=CLEAN,
        problems=(),
    )

    assert judged(handler.stored_is_stored, talk, sick).result is result
