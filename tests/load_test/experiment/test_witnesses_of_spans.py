"""Spans that are dropped, sampled, cut off, invented or missing show, and the cause is named."""

import dataclasses

import pytest

from load_test.experiment.counters import SPANS_DROPPED
from observability import names
from tests.load_test.experiment.records import span
from tests.load_test.experiment.witnessed import BATCHES, Run, dict_of, good_run, notes, tagged


@pytest.fixture
def run() -> Run:
    return good_run()


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


def test_more_writes_than_the_system_saw_calls_are_impossible(run: Run) -> None:
    record, spans = run
    record.edges[0] = dataclasses.replace(record.edges[0], os_write_calls=0)
    record.edges[-1] = dataclasses.replace(record.edges[-1], os_write_calls=60)
    doubled = [each for each in spans if each.operation == names.FILE_WRITE]
    batches = [each for each in spans if each.operation == names.CREATE_MESSAGES_BATCH]

    # Twice as many writes, each with its batch, so that they seem to fit.
    found = notes(record, spans + doubled + tagged(batches, names.BATCH_SIZE, 0))

    assert "more spans than work" in found["file writes"]
