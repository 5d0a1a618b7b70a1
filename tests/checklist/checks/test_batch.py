"""Tests of the checks of the batch method, on evidence made by hand: each fault fails its check.

What real servers leave as evidence is tested beside the scenarios.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests.checklist.check import Result, Verdict
from tests.checklist.checks import batch
from tests.checklist.checks.example_books import BOOKS, SEEN, TOLD, counters, writes_of
from tests.checklist.checks.example_rotation import RECORDS, ROTATION, SENT, stored
from tests.checklist.rubric import read_rubric
from tests.checklist.scenarios.history import Reading
from tests.checklist.scenarios.rotation import Rotation
from tests.checklist.scenarios.source import Function, Source
from tests.checklist.scenarios.stored import Record, Stored

SOURCE = Source(
    classes={"DataManager": frozenset({"create_message", batch.METHOD})},
    functions=(
        Function(
            name="flush_messages",
            in_class="MessageProcessor",
            file="message_processor.py",
            calls=frozenset({batch.METHOD}),
            mentions=frozenset({batch.METHOD}),
        ),
    ),
    imports=frozenset(),
    unreadable=(),
    as_challenge=False,
    answer="",
)
OF_ROTATION = (
    "writes_files",
    "keeps_every_message",
    "rotates_exactly",
    "ids_are_unique",
    "keeps_fields",
    "keeps_timestamps",
    "keeps_order",
    "replaces_files",
    "serves_its_history",
    "challenge_reads_its_files",
)


def judged(name: str, evidence: object) -> Verdict:
    """The verdict of a check with the thresholds of the rubric."""
    thresholds = read_rubric().entry(f"batch.{name}").thresholds
    verdict = getattr(batch, name)(evidence, **thresholds)
    assert isinstance(verdict, Verdict)
    assert verdict.expected
    assert verdict.actual
    return verdict


def failing(evidence: Rotation) -> set[str]:
    """The checks of the rotation that fail."""
    return {name for name in OF_ROTATION if judged(name, evidence).result is Result.FAILED}


def with_records(change: Callable[[int, Record], Record]) -> Rotation:
    """The rotation with other records."""
    changed = [change(number, dict(record)) for number, record in enumerate(RECORDS)]
    files = (
        replace(file, records=tuple(changed[at * 20 : at * 20 + 20]))
        for at, file in enumerate(ROTATION.stored.files)
    )
    return replace(ROTATION, stored=replace(ROTATION.stored, files=tuple(files)))


def test_a_right_rotation_passes_every_check() -> None:
    assert {judged(name, ROTATION).result for name in OF_ROTATION} == {Result.PASSED}


@pytest.mark.parametrize(
    ("wrong", "checks"),
    [
        (replace(ROTATION, torn=("messages_1.json: not JSON",)), {"replaces_files"}),
        (replace(ROTATION, sent=(*SENT, SENT[0])), {"keeps_every_message"}),
        (replace(ROTATION, numbers=(*range(49), None)), {"keeps_every_message"}),
        (replace(ROTATION, stored=stored(21, 19, 10)), {"rotates_exactly"}),
        (replace(ROTATION, stored=stored(19, 20, 11)), {"rotates_exactly"}),
        (replace(ROTATION, stored=stored(20, 9, 21)), {"rotates_exactly"}),
        (
            replace(ROTATION, account=replace(ROTATION.account, out_of_order=1)),
            {"keeps_order"},
        ),
        (replace(ROTATION, written_in_place=1), {"replaces_files"}),
        (replace(ROTATION, removed=1), {"replaces_files"}),
        (replace(ROTATION, changed_under_reader=True), {"replaces_files"}),
        (
            replace(ROTATION, stored=replace(ROTATION.stored, others=("messages_1.json.tmp",))),
            {"replaces_files"},
        ),
    ],
)
def test_a_fault_fails_the_check_that_names_it(wrong: Rotation, checks: set[str]) -> None:
    assert failing(wrong) == checks


def test_a_file_that_cannot_be_read_is_told() -> None:
    spoiled = replace(ROTATION.stored.files[0], records=(), problem="not JSON")
    files = (spoiled, *ROTATION.stored.files[1:])
    seen = replace(
        ROTATION, stored=replace(ROTATION.stored, files=files), numbers=tuple(range(20, 50))
    )

    assert judged("writes_files", seen).actual == "messages_1.json: not JSON"


def test_no_message_in_any_file_is_told() -> None:
    nothing = replace(ROTATION, stored=Stored((), ()), numbers=())

    assert judged("writes_files", nothing).actual == "no message in any of them"


@pytest.mark.parametrize(
    ("field", "value", "check"),
    [
        ("createdAt", None, "keeps_fields"),
        ("createdAt", 7, "keeps_fields"),
        ("clientId", "x", "keeps_fields"),
        ("content", "another", "keeps_fields"),
        ("sender", "somebody", "keeps_fields"),
        ("timestamp", "2026-12-31T12:00:00.001", "keeps_timestamps"),
        ("timestamp", "Thu Dec 31 12:00:00 2026", "keeps_timestamps"),
        ("timestamp", "2026-12-31T21:00:00.001Z", "keeps_timestamps"),
        ("timestamp", "2026-12-31T11:59:59.900Z", "keeps_timestamps"),
        ("timestamp", "2026-12-31T12:00:00.050Z", "keeps_timestamps"),  # that of the batch
        ("timestamp", "2026-13-31T12:00:00.001Z", "keeps_timestamps"),
        ("createdAt", "2026-12-31T11:59:59.900Z", "keeps_timestamps"),
        ("createdAt", "2026-12-31T12:00:00.200Z", "keeps_timestamps"),
    ],
)
def test_a_wrong_field_of_one_record_is_found(field: str, value: object, check: str) -> None:
    def spoil(number: int, record: Record) -> Record:
        return {**record, field: value} if number == 30 else record

    assert judged(check, with_records(spoil)).result is Result.FAILED


def test_ids_that_are_given_twice_are_counted() -> None:
    verdict = judged("ids_are_unique", with_records(lambda n, each: {**each, "id": str(n // 2)}))

    assert (verdict.result, verdict.actual) == (Result.FAILED, "25 different ids")


@pytest.mark.parametrize(
    ("backwards", "forwards", "problem"),
    [
        (RECORDS[1:], RECORDS, ""),
        (RECORDS, RECORDS[::-1], ""),
        ((), (), "answered GET with 500"),
    ],
)
def test_another_history_than_that_of_the_files_is_found(
    backwards: Sequence[Record], forwards: Sequence[Record], problem: str
) -> None:
    wrong = Reading("after a restart", RECORDS, backwards, forwards, problem)
    assert failing(replace(ROTATION, readings=(wrong, ROTATION.readings[1]))) == {
        "serves_its_history"
    }


def test_a_challenge_that_was_never_asked_proves_nothing() -> None:
    assert failing(replace(ROTATION, readings=ROTATION.readings[:1])) == {
        "challenge_reads_its_files"
    }


def test_a_reader_is_witness_enough_where_changes_are_not_reported() -> None:
    blind = replace(
        ROTATION, replaced=None, written_in_place=None, removed=None, unavailable="on this system"
    )

    assert judged("replaces_files", blind).result is Result.PASSED
    without_reader = judged("replaces_files", replace(blind, changed_under_reader=None))
    assert (without_reader.result, without_reader.actual) == (Result.CANNOT_TELL, "on this system")


def test_the_method_has_to_be_there_and_called() -> None:
    assert judged("method_is_there", SOURCE).result is Result.PASSED
    assert judged("method_is_there", replace(SOURCE, functions=())).actual == "nothing calls it"
    assert judged("method_is_there", replace(SOURCE, classes={})).result is Result.FAILED


def test_many_messages_a_write_are_a_batch() -> None:
    verdict = judged("one_write_per_batch", BOOKS)

    assert (verdict.result, verdict.actual) == (Result.PASSED, "2 writes for 150; 4 in all")


def test_a_write_for_each_message_is_none() -> None:
    seen = replace(SEEN, written=writes_of(193), burst_written=150)

    verdict = judged("one_write_per_batch", replace(BOOKS, seen=seen))

    assert verdict.result is Result.FAILED
    assert "150 writes for 150" in verdict.actual


def test_more_writes_than_batches_are_found() -> None:
    seen = replace(SEEN, written=writes_of(12), burst_written=10)

    verdict = judged("one_write_per_batch", replace(BOOKS, seen=seen))

    assert verdict.actual == "12 writes in all, for 4 batches by its own account"


def test_where_writes_are_not_reported_only_a_confession_decides() -> None:
    seen = replace(SEEN, written=None, burst_written=None, unavailable="on this system")
    confessed = replace(TOLD, after={**TOLD.after, **counters(writes=193)})

    assert judged("one_write_per_batch", replace(BOOKS, seen=seen)).result is Result.CANNOT_TELL
    verdict = judged("one_write_per_batch", replace(BOOKS, seen=seen, told=confessed))
    assert verdict.result is Result.FAILED
