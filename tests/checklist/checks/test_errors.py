"""Tests of the checks of errors, on evidence made by hand: each fault fails the check for it.

What real servers leave as evidence is tested beside the scenarios.
"""

from dataclasses import fields, replace

import pytest

from tests.checklist.check import Result, Verdict
from tests.checklist.checks import errors
from tests.checklist.rubric import read_rubric
from tests.checklist.scenarios.account import FAULTS, Account
from tests.checklist.scenarios.kill import Kill
from tests.checklist.scenarios.shutdown import Ending, Shutdown
from tests.checklist.scenarios.sick_disk import SickDisk
from tests.checklist.scenarios.sickness import Sickness

NO_FAULTS = {field.name: 0 for field in fields(Account)}
ACCOUNT = Account(**{**NO_FAULTS, "sent": 460, "acknowledged": 220, "stored": 220})
FIRST = Sickness(
    way="no file could grow",
    sent=300,
    refused={"queue_full": 140, "storage_unavailable": 100},
    refusals_s=(0.1,) * 240,
    stored=0,
    claimed=0,
    unfounded=0,
    waited=60,
    unreadable_before=0,
    first_shown_s=0.3,
    newcomer_shown_s=0.6,
)
SECOND = replace(FIRST, way="a folder stood in the way", sent=40, refused={}, stored=3, claimed=3)
SICK = SickDisk(
    max_queue=60,
    sicknesses=(FIRST, SECOND),
    sent_after=30,
    served_after=30,
    rss_before_bytes=60_000_000,
    rss_peak_bytes=64_000_000,
    account=ACCOUNT,
    problems=(),
)
ENDING = Ending(
    sent_before=300,
    acknowledged_before=50,
    unanswered_before=0,
    refused={"shutting_down": 240},
    exit_code=0,
    took_s=0.4,
    connections=10,
    cut=0,
    # What was sent after the signal may find nobody there.
    account=replace(ACCOUNT, unanswered=2),
    problems=(),
)
SICK_ENDING = replace(ENDING, exit_code=1, refused={"shutting_down": 12, "storage_unavailable": 7})
SHUTDOWN = Shutdown(in_a_burst=ENDING, nearly_idle=ENDING, disk_refuses=SICK_ENDING)
KILL = Kill(
    lives=5,
    max_queue=100,
    open_of_lives=(40, 0, 100, 20, 60),
    damaged=(),
    problems=(),
    account=replace(ACCOUNT, open=220, untold=9, unanswered=80),
)
OF_SICK_DISK = ("shows_only_what_is_stored", "recovers", "keeps_what_it_acknowledged")


def judged(name: str, *evidence: object) -> Verdict:
    """The verdict of a check with the thresholds of the rubric."""
    thresholds = read_rubric().entry(f"errors.{name}").thresholds
    verdict = getattr(errors, name)(*evidence, **thresholds)
    assert isinstance(verdict, Verdict)
    assert verdict.expected
    assert verdict.actual
    return verdict


def failed(name: str, *evidence: object) -> str:
    """What a check says that fails."""
    verdict = judged(name, *evidence)
    assert verdict.result is Result.FAILED
    return verdict.actual


def first(**changes: object) -> SickDisk:
    """The good evidence with another first sickness."""
    return replace(SICK, sicknesses=(replace(FIRST, **changes), SECOND))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "evidence"),
    [
        *((name, (SICK,)) for name in (*OF_SICK_DISK, "bounds_its_queue")),
        ("says_why", (SICK, SHUTDOWN)),
        ("shuts_down_well", (SHUTDOWN,)),
        ("tells_what_it_cannot_keep", (SHUTDOWN,)),
        ("survives_a_kill", (KILL,)),
    ],
)
def test_a_good_answer_passes(name: str, evidence: tuple[object, ...]) -> None:
    assert judged(name, *evidence).result is Result.PASSED


def test_what_is_shown_and_not_stored_is_told() -> None:
    assert failed("shows_only_what_is_stored", first(claimed=20, unfounded=20)).startswith("20 ")


def test_a_loop_that_dies_never_recovers() -> None:
    dead = replace(FIRST, first_shown_s=None, newcomer_shown_s=None, waited=0)

    assert "first" in failed("recovers", replace(SICK, sicknesses=(dead,)))


def test_it_must_recover_from_the_second_failure_too() -> None:
    stuck = replace(SECOND, newcomer_shown_s=None)

    assert "second" in failed("recovers", replace(SICK, sicknesses=(FIRST, stuck)))


def test_the_better_recovery_counts() -> None:
    slow, slower = replace(FIRST, first_shown_s=2.0), replace(SECOND, first_shown_s=2.5)

    assert judged("recovers", replace(SICK, sicknesses=(slow, SECOND))).result is Result.PASSED
    assert "2.00 s" in failed("recovers", replace(SICK, sicknesses=(slow, slower)))


def test_it_must_serve_as_before() -> None:
    assert "29 of 30" in failed("recovers", replace(SICK, served_after=29))


@pytest.mark.parametrize("fault", FAULTS)
def test_each_broken_promise_is_told_by_its_number(fault: str) -> None:
    seen = replace(SICK, account=replace(ACCOUNT, **{fault: 17}))

    assert failed("keeps_what_it_acknowledged", seen) == f"17 {FAULTS[fault]}"


def test_files_that_cannot_be_read_are_told() -> None:
    torn = replace(SICK, problems=("messages_1.json: not JSON",))

    assert "messages_1.json" in failed("keeps_what_it_acknowledged", torn)
    assert "40 stored before" in failed("keeps_what_it_acknowledged", first(unreadable_before=40))


def test_a_queue_without_a_bound_is_told() -> None:
    assert "300 waiting, 0 refused" in failed("bounds_its_queue", first(refused={}, waited=300))


def test_a_batch_under_way_is_no_part_of_the_queue() -> None:
    seen = first(refused={"queue_full": 140}, waited=160)

    assert judged("bounds_its_queue", seen).result is Result.PASSED


def test_who_is_refused_late_has_waited() -> None:
    def late(count: int) -> SickDisk:
        return first(refusals_s=(2.5,) * count + (0.1,) * (240 - count))

    told = failed("bounds_its_queue", late(240))
    assert told.startswith("300 waiting, 240 of them until they were refused")
    assert judged("bounds_its_queue", SICK).actual.startswith("60 waiting, 240 refused, ")

    # what is in a batch under way may be refused when that has failed, or when the machine is busy
    assert judged("bounds_its_queue", late(100)).result is Result.PASSED
    assert failed("bounds_its_queue", late(101))


def test_growing_memory_is_told() -> None:
    assert "140 MB more" in failed("bounds_its_queue", replace(SICK, rss_peak_bytes=200_000_000))
    unknown = replace(SICK, rss_before_bytes=None, rss_peak_bytes=None)
    assert judged("bounds_its_queue", unknown).result is Result.PASSED


def test_a_disk_that_did_not_refuse_tells_nothing_of_the_queue() -> None:
    seen = first(refused={}, stored=300, claimed=300, waited=0)

    assert judged("bounds_its_queue", seen).result is Result.CANNOT_TELL


def test_codes_of_its_own_are_told() -> None:
    assert failed("says_why", first(refused={"busy": 240}), SHUTDOWN) == "also busy"
    # and the contract's have their places
    late = replace(SHUTDOWN, nearly_idle=replace(ENDING, refused={"queue_full": 3}))
    assert failed("says_why", SICK, late) == "also queue_full"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"exit_code": None, "took_s": None}, "did not end"),
        ({"took_s": 7.5}, "took 7.5 s"),
        ({"exit_code": 3}, "exit code 3"),
        ({"exit_code": -15}, "exit code -15"),
        ({"unanswered_before": 190}, "190 neither acknowledged nor refused"),
        ({"cut": 10}, "10 of 10 connections"),
        ({"account": replace(ACCOUNT, open=7)}, "7 acknowledged, and neither"),
        ({"problems": ("messages_1.json: not JSON",)}, "not JSON"),
    ],
)
def test_a_bad_end_is_told(changes: dict[str, object], told: str) -> None:
    bad = replace(ENDING, **changes)  # type: ignore[arg-type]

    assert told in failed("shuts_down_well", replace(SHUTDOWN, nearly_idle=bad))
    assert told in failed("shuts_down_well", replace(SHUTDOWN, in_a_burst=bad))
    assert told in failed("tells_what_it_cannot_keep", replace(SHUTDOWN, disk_refuses=bad))


def test_only_a_sick_disk_may_change_the_exit_code() -> None:
    assert "exit code 1" in failed("shuts_down_well", replace(SHUTDOWN, in_a_burst=SICK_ENDING))


@pytest.mark.parametrize("fault", errors.AFTER_A_KILL)
def test_what_a_kill_may_not_cost_is_told(fault: str) -> None:
    seen = replace(KILL, account=replace(KILL.account, **{fault: 4}))

    assert failed("survives_a_kill", seen) == f"4 {FAULTS[fault]}"


def test_a_kill_may_cost_a_queue_and_a_batch() -> None:
    def lost(count: int) -> Kill:
        return replace(KILL, open_of_lives=(0, count))

    assert judged("survives_a_kill", lost(200)).result is Result.PASSED
    assert "201 " in failed("survives_a_kill", lost(201))


def test_files_that_a_kill_tore_are_told() -> None:
    assert "not JSON" in failed("survives_a_kill", replace(KILL, problems=("a: not JSON",)))

    # one that was set aside, with nothing lost, was healed
    aside = replace(KILL, damaged=("messages_1.json.damaged",))
    assert judged("survives_a_kill", aside).result is Result.PASSED
