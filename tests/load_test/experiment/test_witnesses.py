"""The witnesses agree on a good run, and a lie of any of them shows."""

import dataclasses
from typing import Any

from load_test.experiment.counters import FILE_WRITES, STORED
from load_test.experiment.run import RunRecord
from load_test.experiment.witnesses import ended_between, hear_witnesses
from observability import names
from observability.spans import Span
from tests.load_test.experiment.records import empty_record, snapshot, span

MESSAGES = 200
FILE_BYTES = 100_000


def good_run() -> tuple[RunRecord, list[Span]]:
    """200 messages of a room of two, stored in 20 batches of 10, and their spans."""
    record = empty_record([(0.01 * n, 0, "stream") for n in range(MESSAGES)], ended_s=5.0)
    spans = []
    for number in range(MESSAGES):
        at_s = 0.01 * number
        record.ledger.send(number, record.started_s + at_s)
        record.ledger.acknowledge(number, "queued", record.started_s + at_s)
        for member in (0, 2):
            record.ledger.receive(member, number, record.started_s + at_s + 0.1)
        spans.append(span(names.SEND_MESSAGE, at_s, at_s + 0.001))
    for batch in range(20):
        at_s = 0.1 * batch
        spans.append(span(names.CREATE_MESSAGES_BATCH, at_s, at_s + 0.02, batch_size=10))
        spans.append(span(names.FILE_WRITE, at_s, at_s + 0.01, file_bytes=FILE_BYTES))
    record.edges += [
        snapshot(-0.2, 50, 50, 0, system=0),
        snapshot(2.5, 250, 70, 20 * FILE_BYTES),
        snapshot(5.0, 250, 70, 20 * FILE_BYTES, system=20 * FILE_BYTES + 60_000),
    ]
    return record, spans


def heard(record: RunRecord, spans: list[Span] | None) -> dict[str, dict[str, Any]]:
    return {testimony["what"]: testimony for testimony in hear_witnesses(record, spans)}


def test_all_agree_on_a_good_run() -> None:
    found = heard(*good_run())

    assert found["messages stored"] == {
        "what": "messages stored",
        "ledger": 200,
        "metrics": 200,
        "spans": 200,
        "agree": True,
        "note": None,
    }
    assert [found[what]["agree"] for what in found] == [True] * 4
    assert found["file writes"]["spans"] == 20
    assert found["bytes written"]["system"] == 20 * FILE_BYTES + 60_000


def test_missing_spans_show() -> None:
    record, spans = good_run()

    found = heard(record, spans[:100])

    assert found["messages answered"]["agree"] is False
    assert "spans are missing" in found["messages answered"]["note"]


def test_made_up_spans_show() -> None:
    record, spans = good_run()

    found = heard(record, spans + [span(names.FILE_WRITE, 1, 2) for _ in range(10)])

    assert found["file writes"]["agree"] is False
    assert "more spans than work" in found["file writes"]["note"]


def test_a_server_that_counts_too_much_shows() -> None:
    record, spans = good_run()
    end = record.edges[-1]
    lie = {**end.metrics, STORED: end.metrics[STORED] + 100}
    record.edges[-1] = dataclasses.replace(end, metrics=lie)

    assert heard(record, spans)["messages stored"]["agree"] is False


def test_a_folder_in_memory_is_said() -> None:
    record, spans = good_run()
    record.edges[-1] = dataclasses.replace(record.edges[-1], os_written_bytes=0)

    assert "may lie in memory" in heard(record, spans)["bytes written"]["note"]


def test_who_does_not_count_is_left_out() -> None:
    record, _ = good_run()
    record.edges[-1] = dataclasses.replace(record.edges[-1], metrics={}, os_written_bytes=None)

    found = heard(record, None)

    assert found["file writes"] == {"what": "file writes", "agree": None, "note": None}
    assert found["messages stored"]["agree"] is None
    assert FILE_WRITES not in record.edges[-1].metrics


def test_only_spans_within_the_run_count() -> None:
    record, _ = good_run()
    start, end = record.edges[0], record.edges[-1]
    spans = [span("early", -1, 0), span("in", 0, 5), span("late", 4, 5.1)]

    assert [each.operation for each in ended_between(spans, start, end)] == ["in"]
