"""A run on which all witnesses agree, for tests that let one of them lie."""

import dataclasses
from typing import Any

from load_test.experiment.counters import SPANS_DROPPED
from load_test.experiment.run import RunRecord
from load_test.experiment.witnesses import hear_witnesses
from observability import names
from observability.spans import Span
from tests.load_test.experiment.records import empty_record, snapshot, span

MESSAGES, BATCHES = 200, 40
FILE_BYTES = 100_000

Run = tuple[RunRecord, list[Span]]


def good_run() -> Run:
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
    """What the witnesses counted, by what it is."""
    return {each["what"]: each for each in hear_witnesses(record, spans, **more)}


def notes(record: RunRecord, spans: list[Span] | None, **more: Any) -> dict[str, str]:
    """The notes where they disagree."""
    found = heard(record, spans, **more).items()
    assert all((each["agree"] is False) == (each["note"] is not None) for _, each in found)
    return {what: each["note"] for what, each in found if each["note"]}
