"""The witnesses agree on a good run; a lie of books, ledger or system shows, and is named."""

import dataclasses

import pytest

from load_test.experiment.counters import FILE_WRITES, FILE_WRITTEN_BYTES, STORED
from load_test.experiment.witnesses import ended_between
from tests.load_test.experiment.records import span
from tests.load_test.experiment.witnessed import (
    BATCHES,
    FILE_BYTES,
    Run,
    dict_of,
    good_run,
    heard,
    notes,
)


@pytest.fixture
def run() -> Run:
    return good_run()


def test_all_agree_on_a_good_run(run: Run) -> None:
    found = heard(*run)

    assert found["messages stored"] == {
        "what": "messages stored",
        "ledger": 200,
        "metrics": 200,
        "spans": 200,
        "agree": True,
        "note": None,
    }
    assert [found[what]["agree"] for what in found] == [True] * 4
    assert found["file writes"]["spans"] == 40
    assert found["bytes written"]["system"] == BATCHES * FILE_BYTES + 60_000


def test_what_is_under_way_at_the_end_is_no_lie(run: Run) -> None:
    record, spans = run
    metrics = dict_of(record.edges[-1].metrics)
    # One batch more is written and counted, but neither broadcast nor told to the trace store.
    metrics[STORED] += 5
    metrics[FILE_WRITES] += 1
    metrics[FILE_WRITTEN_BYTES] += FILE_BYTES

    assert notes(record, spans) == {}


@pytest.mark.parametrize(
    ("metric", "what", "less"),
    [
        (STORED, "messages stored", 100),
        (FILE_WRITES, "file writes", 20),
        (FILE_WRITTEN_BYTES, "bytes written", 20 * FILE_BYTES),
    ],
)
@pytest.mark.parametrize(
    ("sign", "cause"), [(-1, "count too little"), (3, "claim what nobody else saw")]
)
def test_metrics_that_lie_are_named(
    run: Run, metric: str, what: str, less: int, sign: int, cause: str
) -> None:
    record, spans = run
    dict_of(record.edges[-1].metrics)[metric] += sign * less

    assert notes(record, spans) == {what: f"the server's own metrics {cause}"}


def test_a_ledger_that_missed_broadcasts_is_named(run: Run) -> None:
    record, spans = run
    record.ledger.seen_s[100:] = [None] * 100

    assert notes(record, spans) == {
        "messages stored": "the clients did not get all that was done: broadcasts or answers are "
        "missing"
    }


def test_a_ledger_that_invents_is_named(run: Run) -> None:
    record, spans = run
    metrics = dict_of(record.edges[-1].metrics)
    metrics[STORED] -= 100
    metrics[FILE_WRITES] -= 20
    metrics[FILE_WRITTEN_BYTES] -= 20 * FILE_BYTES
    wrote = 20 * FILE_BYTES + 30_000
    record.edges[-1] = dataclasses.replace(record.edges[-1], os_written_bytes=wrote)
    told = "the clients were told more than was done: broadcast, and not stored"

    # 20 of the 40 batches, and half of the messages' own spans.
    assert notes(record, spans[100:260]) == {"messages stored": told, "messages answered": told}


@pytest.mark.parametrize(
    ("written", "cause"),
    [
        (0, "the data folder may lie in memory"),
        (BATCHES * FILE_BYTES // 2, "file.bytes and metrics may be invented"),
        (BATCHES * FILE_BYTES * 2, "the server writes what it does not count"),
    ],
)
def test_a_system_that_saw_something_else_is_named(run: Run, written: int, cause: str) -> None:
    record, spans = run
    record.edges[-1] = dataclasses.replace(record.edges[-1], os_written_bytes=written)

    found = notes(record, spans)

    assert set(found) == {"bytes written"}
    assert cause in found["bytes written"]


def test_who_does_not_count_is_left_out(run: Run) -> None:
    record, _ = run
    record.edges[-1] = dataclasses.replace(record.edges[-1], metrics={}, os_written_bytes=None)

    found = heard(record, None)

    assert found["file writes"] == {"what": "file writes", "agree": None, "note": None}
    assert found["messages stored"]["agree"] is None


def test_only_spans_within_the_run_count(run: Run) -> None:
    start, end = run[0].edges[0], run[0].edges[-1]
    spans = [span("early", -1, 0), span("in", 0, 5), span("late", 4, 5.1)]

    assert [each.operation for each in ended_between(spans, start, end)] == ["in"]
