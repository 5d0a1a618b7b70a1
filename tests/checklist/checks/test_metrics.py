"""Tests of the checks of metrics and spans, on evidence made by hand: what is invented is found."""

from dataclasses import replace

import pytest

from observability import names
from observability.spans import Link, Span
from tests.checklist.check import Result, Verdict
from tests.checklist.checks import metrics
from tests.checklist.checks.example_books import (
    BATCHES,
    BOOKS,
    LINKS,
    SEEN,
    START,
    STORED,
    TOLD,
    counters,
    span,
    without,
    writes_of,
)
from tests.checklist.rubric import read_rubric
from tests.checklist.scenarios.books import Books

CHECKS = (
    "are_there",
    "match_the_ledger",
    "balance",
    "match_the_system",
    "batches_are_traced",
    "writes_are_traced",
)
BLIND = replace(SEEN, written=None, burst_written=None, unavailable="on this system")


def judged(name: str, books: Books) -> Verdict:
    """The verdict of a check with the thresholds of the rubric."""
    thresholds = read_rubric().entry(f"metrics.{name}").thresholds
    verdict = getattr(metrics, name)(books, **thresholds)
    assert isinstance(verdict, Verdict)
    assert verdict.expected
    assert verdict.actual
    return verdict


def failing(books: Books) -> set[str]:
    """The checks that fail."""
    return {name for name in CHECKS if judged(name, books).result is Result.FAILED}


def after(**changed: float) -> Books:
    """The books with other numbers in the end, by the beginnings of their names."""
    reading = dict(TOLD.after)
    for beginning, value in changed.items():
        [name] = [each for each in reading if each.startswith(beginning)]
        reading[name] = value
    return replace(BOOKS, told=replace(TOLD, after=reading))


def batches(*spans: Span) -> Books:
    """The books with other batches."""
    return replace(BOOKS, told=replace(TOLD, batches=spans))


def writes(*spans: Span) -> Books:
    """The books with other spans of writes."""
    return replace(BOOKS, told=replace(TOLD, writes=spans))


def test_true_books_pass_every_check() -> None:
    assert {judged(name, BOOKS).result for name in CHECKS} == {Result.PASSED}


@pytest.mark.parametrize("name", metrics.FROM_THE_START)
def test_each_counter_and_gauge_must_be_there_from_the_start(name: str) -> None:
    told = replace(TOLD, at_start=without(START, name))

    assert failing(replace(BOOKS, told=told)) == {"are_there"}


@pytest.mark.parametrize("name", metrics.HISTOGRAMS)
def test_each_histogram_must_be_there_after_messages(name: str) -> None:
    told = replace(TOLD, after=without(TOLD.after, f"{name}_bucket"))

    assert failing(replace(BOOKS, told=told)) == {"are_there"}


def test_a_server_that_does_not_answer_has_no_metrics() -> None:
    told = replace(TOLD, at_start={}, before={}, during=(), after={})

    assert judged("are_there", replace(BOOKS, told=told)).result is Result.FAILED
    assert judged("balance", replace(BOOKS, told=replace(told, after={}))).result is Result.FAILED


@pytest.mark.parametrize(
    ("changed", "checks"),
    [
        ({"chat_messages_accepted": 196}, {"match_the_ledger", "balance"}),
        ({"chat_messages_stored": 190}, {"match_the_ledger", "balance"}),
        ({"chat_batch_size_sum": 400}, {"match_the_ledger"}),
        ({"chat_store_seconds_count": 4}, {"match_the_ledger"}),
        ({"chat_messages_refused": 2}, {"match_the_ledger"}),
        ({"chat_clients": 0}, {"match_the_ledger"}),
        ({"chat_queue_messages": 1}, {"balance"}),
        ({"chat_queue_bytes": 250}, {"balance"}),
        ({"chat_file_writes": 2}, {"match_the_system"}),
        ({"chat_file_writes": 5}, {"match_the_system"}),
        ({"chat_file_written_bytes": 20_000}, {"match_the_system"}),
        ({"chat_file_written_bytes": 44_000}, {"match_the_system"}),
        ({"chat_batch_size_count": 8}, {"match_the_system"}),
    ],
)
def test_an_invented_number_is_found(changed: dict[str, float], checks: set[str]) -> None:
    assert failing(after(**changed)) == checks


def test_books_must_balance_under_load_too() -> None:
    told = replace(TOLD, during=({**counters(), metrics.STORED: 150},))

    verdict = judged("balance", replace(BOOKS, told=told))

    assert (verdict.result, verdict.actual) == (Result.FAILED, "193 is not 150 + 0 + 0")


def test_what_the_witnesses_say_is_told_with_a_wrong_number() -> None:
    row = {"what": "file writes", "agree": False, "note": "the server's own metrics lie"}
    books = replace(after(chat_file_writes=2), witnesses=(row,))

    assert (
        "for 4 real writes; the server's own metrics lie"
        in judged("match_the_system", books).actual
    )


@pytest.mark.parametrize(
    "wrong",
    [
        batches(),
        batches(*BATCHES[:3]),  # one is missing
        batches(*BATCHES, BATCHES[0]),  # one that never was, with messages of another
        batches(*BATCHES[:3], replace(BATCHES[3], tags={names.BATCH_SIZE: 100})),
        batches(*BATCHES[:3], replace(BATCHES[3], tags={})),
        batches(*(replace(each, links=()) for each in BATCHES)),
        batches(*BATCHES[:3], replace(BATCHES[3], links=(Link("made", "up"),) * 50)),
        # Messages in batches of one, where files were written four times.
        batches(
            *(
                span(names.FLUSH_MESSAGES, number, tags={names.BATCH_SIZE: 1}, links=(link,))
                for number, link in enumerate(LINKS[:STORED])
            )
        ),
    ],
)
def test_batches_that_never_were_are_found(wrong: Books) -> None:
    assert failing(wrong) == {"batches_are_traced"}


@pytest.mark.parametrize(
    "wrong",
    [
        writes(),
        writes(*TOLD.writes[:3]),
        writes(*TOLD.writes, span(names.FILE_WRITE, 4)),
        writes(*TOLD.writes[:3], span(names.FILE_WRITE, 9)),
        writes(*TOLD.writes[:3], span(names.FILE_WRITE, 3, parent_id=None)),
    ],
)
def test_writes_that_never_were_are_found(wrong: Books) -> None:
    assert failing(wrong) == {"writes_are_traced"}


@pytest.mark.parametrize("name", ["match_the_system", "writes_are_traced"])
def test_where_changes_are_not_reported_nothing_is_guessed(name: str) -> None:
    verdict = judged(name, replace(BOOKS, seen=BLIND))

    assert (verdict.result, verdict.actual) == (Result.CANNOT_TELL, "on this system")


def test_where_changes_are_not_reported_other_witnesses_still_count() -> None:
    few_bytes = replace(BLIND, system_bytes=9_000)

    assert failing(replace(BOOKS, seen=few_bytes)) == {"match_the_system"}
    assert failing(replace(writes(*TOLD.writes[:3]), seen=BLIND)) == {"writes_are_traced"}


def test_files_that_went_before_they_were_looked_at_have_no_size_to_compare() -> None:
    seen = replace(SEEN, written=(*writes_of(3), *writes_of(4, size_bytes=None)[3:]))

    assert failing(replace(BOOKS, seen=seen)) == set()
