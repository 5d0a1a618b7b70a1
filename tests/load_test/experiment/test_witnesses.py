"""The witnesses agree on a good run; a lie of any of them shows, and its likely cause is named."""

import dataclasses
from typing import Any

import pytest

from load_test.experiment.counters import (
    FILE_WRITES,
    FILE_WRITTEN_BYTES,
    SPANS_DROPPED,
    STORED,
)
from load_test.experiment.run import RunRecord
from load_test.experiment.witnesses import ended_between, hear_witnesses
from observability import names
from observability.spans import Span
from tests.load_test.experiment.records import empty_record, snapshot, span

MESSAGES, BATCHES = 200, 40
FILE_BYTES = 100_000

Run = tuple[RunRecord, list[Span]]


@pytest.fixture
def run() -> Run:
    """200 messages of a room of two, stored in 40 batches of 5, and their spans."""
    record = empty_record([(0.01 * n, 0, "stream") for n in range(MESSAGES)], ended_s=5.0)
    spans = []
    for number in range(MESSAGES):
        at_s = 0.01 * number
        record.ledger.send(number, record.started_s + at_s)
        record.ledger.acknowledge(number, "queued", record.started_s + at_s)
        for member in (0, 2):
            record.ledger.receive(member, number, record.started_s + at_s + 0.1)
        spans.append(placed(span(names.SEND_MESSAGE, at_s, at_s + 0.001), f"send {number}"))
    for batch in range(BATCHES):
        spans += spans_of_batch(batch, 0.05 * batch)
    record.edges += [
        snapshot(-0.2, 50, 50, 0, system=0),
        snapshot(5.0, 250, 90, BATCHES * FILE_BYTES, system=BATCHES * FILE_BYTES + 60_000),
    ]
    for edge in record.edges:
        dict_of(edge.metrics)[SPANS_DROPPED] = 0
    return record, spans


def spans_of_batch(batch: int, at_s: float) -> list[Span]:
    """A flush, the batch within it, and the write within that."""
    flush = placed(span(names.FLUSH_MESSAGES, at_s, at_s + 0.03), f"flush {batch}")
    stored = span(names.CREATE_MESSAGES_BATCH, at_s, at_s + 0.02, batch_size=5)
    write = span(names.FILE_WRITE, at_s, at_s + 0.01, file_bytes=FILE_BYTES)
    stored = placed(stored, f"batch {batch}", flush)
    return [flush, stored, placed(write, f"write {batch}", stored)]


def placed(span: Span, span_id: str, parent: Span | None = None) -> Span:
    """The span in the trace of its parent, or in one of its own."""
    trace_id = parent.trace_id if parent else span_id
    parent_id = parent.span_id if parent else None
    return dataclasses.replace(span, span_id=span_id, trace_id=trace_id, parent_id=parent_id)


def tagged(spans: list[Span], name: str, factor: float) -> list[Span]:
    """The spans, with an attribute that lies."""
    return [
        dataclasses.replace(each, tags={**each.tags, name: round(value * factor)})
        if isinstance(value := each.tags.get(name), int)
        else each
        for each in spans
    ]


def dict_of(metrics: Any) -> dict[str, float]:
    """The metrics of a snapshot, to be changed."""
    assert isinstance(metrics, dict)
    return metrics


def heard(record: RunRecord, spans: list[Span] | None, **more: Any) -> dict[str, dict[str, Any]]:
    return {each["what"]: each for each in hear_witnesses(record, spans, **more)}


def notes(record: RunRecord, spans: list[Span] | None, **more: Any) -> dict[str, str]:
    """The notes where they disagree."""
    found = heard(record, spans, **more).items()
    assert all((each["agree"] is False) == (each["note"] is not None) for _, each in found)
    return {what: each["note"] for what, each in found if each["note"]}


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


def test_a_dropping_exporter_is_named(run: Run) -> None:
    record, spans = run
    dict_of(record.edges[-1].metrics)[SPANS_DROPPED] = 160

    found = notes(record, spans[160:])

    # What came late in the run arrived; what came early did not.
    assert set(found) == {"messages answered"}
    assert found["messages answered"] == "the exporter dropped spans: 160, says chat_spans_dropped"


def test_children_whose_parents_were_dropped_are_no_lost_context(run: Run) -> None:
    record, spans = run
    dict_of(record.edges[-1].metrics)[SPANS_DROPPED] = BATCHES
    kept = [each for each in spans if each.operation != names.FLUSH_MESSAGES]

    assert "exporter dropped" in notes(record, kept)["file writes"]


@pytest.mark.parametrize(
    ("sampler", "cause"),
    [
        ("traceidratio", "spans are sampled: OTEL_TRACES_SAMPLER is traceidratio"),
        ("parentbased_always_on", "spans seem to be sampled: of each kind about 25% arrived"),
        (None, "spans seem to be sampled: of each kind about 25% arrived"),
    ],
)
def test_sampling_is_named(run: Run, sampler: str | None, cause: str) -> None:
    record, spans = run
    kept = {each.trace_id for each in spans if int(each.trace_id.split()[1]) % 4 == 0}

    found = notes(record, [each for each in spans if each.trace_id in kept], sampler=sampler)

    assert found == dict.fromkeys(
        ("messages stored", "file writes", "bytes written", "messages answered"), cause
    )


def test_no_spans_at_all_are_named(run: Run) -> None:
    assert set(notes(run[0], []).values()) == {
        "no span arrived: tracing is off, or its exporter does not reach the trace store"
    }


@pytest.mark.parametrize("operation", [names.FILE_WRITE, names.CREATE_MESSAGES_BATCH])
def test_a_lost_context_is_named(run: Run, operation: str) -> None:
    record, spans = run
    cut = [
        dataclasses.replace(each, trace_id=f"own {each.span_id}", parent_id=None)
        if each.operation == operation
        else each
        for each in spans
    ]

    assert notes(record, cut) == {
        "file writes": "context is lost: 40 file.write spans lead back to no message and no flush"
    }


def test_parents_in_a_circle_are_a_lost_context(run: Run) -> None:
    record, spans = run
    circle = [
        dataclasses.replace(each, parent_id=each.span_id)
        if each.operation == names.FILE_WRITE
        else each
        for each in spans
    ]

    assert "context is lost" in notes(record, circle)["file writes"]


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize(
    ("attribute", "what"),
    [(names.BATCH_SIZE, "messages stored"), (names.FILE_BYTES, "bytes written")],
)
def test_an_invented_attribute_is_named(run: Run, attribute: str, what: str, factor: float) -> None:
    record, spans = run

    found = notes(record, tagged(spans, attribute, factor))

    assert set(found) == {what}
    assert found[what].startswith(f"an invented attribute: {attribute}")


def test_made_up_spans_show(run: Run) -> None:
    record, spans = run

    found = notes(record, spans + [span(names.FILE_WRITE, 1, 2) for _ in range(10)])

    assert set(found) == {"file writes"}
    assert "more spans than work" in found["file writes"]


@pytest.mark.parametrize("operation", [names.FILE_WRITE, names.SEND_MESSAGE])
def test_missing_spans_of_one_kind_show(run: Run, operation: str) -> None:
    record, spans = run

    found = notes(record, [each for each in spans if each.operation != operation])

    kinds = {names.FILE_WRITE: ["file writes", "bytes written"]}
    missing = kinds.get(operation, ["messages answered"])
    assert found == dict.fromkeys(missing, "spans are missing: they were dropped, or never made")


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


def test_more_writes_than_the_system_saw_calls_are_impossible(run: Run) -> None:
    record, spans = run
    record.edges[0] = dataclasses.replace(record.edges[0], os_write_calls=0)
    record.edges[-1] = dataclasses.replace(record.edges[-1], os_write_calls=60)
    doubled = [each for each in spans if each.operation == names.FILE_WRITE]
    batches = [each for each in spans if each.operation == names.CREATE_MESSAGES_BATCH]

    # Twice as many writes, each with its batch, so that they seem to fit.
    found = notes(record, spans + doubled + tagged(batches, names.BATCH_SIZE, 0))

    assert "more spans than work" in found["file writes"]


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
