"""The rows of the before/after table."""

from load_test.experiment.rows import Row, table_rows
from tests.load_test.experiment.example_comparison import example_comparison
from tests.load_test.experiment.example_results import (
    example_results,
    solution_run,
    unmeasured_results,
)

LABELS = [
    "Delivered messages per second",
    "Send to broadcast, p50",
    "Send to broadcast, p95",
    "Send to broadcast, p99",
    "A lone message, quiet server",
    "What it promises",
    "Send to acknowledgement, p50",
    "Send to acknowledgement, p95",
    "Send to acknowledgement, p99",
    "Sent",
    "Delivered in time",
    "Undelivered when the time was up",
    "Lost",
    "Doubled",
    "Out of order",
    "File writes per message, stream",
    "File writes per message, midnight",
    "Bytes written per message, stream",
    "Bytes written per message, midnight",
    "CPU time per 1,000 messages",
    "Peak memory",
    "socket.send_message",
    "message_processor.flush_messages",
    "database.create_message",
    "database.create_messages_batch",
    "file.read",
    "file.write",
]


def by_label(rows: list[Row]) -> dict[str, Row]:
    return {row.label: row for row in rows}


def test_all_rows_in_their_order() -> None:
    assert [row.label for row in table_rows(example_results())] == LABELS


def test_a_row_holds_a_cell_for_each_side_and_the_ratio() -> None:
    row = by_label(table_rows(example_results()))["File writes per message, midnight"]
    assert [cell.text for cell in row.cells] == ["1.00", "0.011"]
    assert row.ratio == "÷ 88"


def test_acknowledgements_say_what_they_promise_and_compare_only_if_they_promise_the_same() -> None:
    rows = by_label(table_rows(example_results()))
    promises = [cell.text for cell in rows["What it promises"].cells]
    assert promises == ["stored (on disk)", "queued (in memory)"]
    assert rows["Send to acknowledgement, p50"].ratio == ""

    results = example_results()
    results["runs"][1]["acknowledgement"] = "stored"
    assert by_label(table_rows(results))["Send to acknowledgement, p50"].ratio == "÷ 3,380"


def test_no_ratio_of_what_is_unknown_or_nothing_and_none_of_faults() -> None:
    rows = by_label(table_rows(example_results()))
    assert rows["Undelivered when the time was up"].ratio == ""
    assert rows["database.create_message"].ratio == ""
    assert [label for label, row in rows.items() if row.fault] == [
        "Lost",
        "Doubled",
        "Out of order",
    ]
    assert not any(row.ratio for row in table_rows(unmeasured_results()))


def test_one_side_alone_has_no_ratio() -> None:
    results = example_results() | {"runs": [solution_run()]}
    assert all(len(row.cells) == 1 and not row.ratio for row in table_rows(results))


COMPARED = [
    "Under the heavy load",
    "At most, in the probe",
    "Send to broadcast, p50",
    "Send to broadcast, p95",
    "Send to broadcast, p99",
    "What it promises",
    "Send to acknowledgement, p50",
    "Send to acknowledgement, p95",
    "Send to acknowledgement, p99",
    "Lost",
    "Doubled",
    "Out of order",
    "CPU time per 1,000 messages",
    "File writes per message",
    "Bytes written per message",
    "CPU time per 1,000 messages",
    "File writes per message",
    "Bytes written per message",
    "Bytes read per message",
    "Write calls per message",
    "Read calls per message",
    "Context switches per message",
    "Peak memory",
    "CPU time per message",
    "Bytes written per message",
    "Bytes read per message",
    "socket.send_message",
    "file.read",
    "file.write",
]


def test_a_comparison_has_rows_of_its_own() -> None:
    rows = table_rows(example_comparison())

    assert [row.label for row in rows] == COMPARED
    groups = [row.group for row in rows]
    assert "Work under the heavy load" in groups
    assert "Work under the light load, at 5,000 messages" in groups


def test_the_ratio_of_rates_is_the_verdict_s() -> None:
    rows = by_label(table_rows(example_comparison()))

    # the median of the pairs; the medians of the sides alone may be of different rounds
    assert rows["Under the heavy load"].ratio == "× 42"


def test_work_and_spans_come_from_the_work_rounds_with_the_large_history() -> None:
    rows = by_label(table_rows(example_comparison()))

    paths = [cell.path for cell in rows["CPU time per 1,000 messages"].cells]
    assert paths == ["work[0].cpu_s_per_1000", "work[1].cpu_s_per_1000"]
    assert rows["file.write"].cells[1].path == 'work[1].spans_per_message["file.write"]'


def test_growth_is_told_in_times() -> None:
    growth = table_rows(example_comparison())[23]

    assert [cell.text for cell in growth.cells] == ["4.57 times", "3.39 times"]
    assert growth.cells[0].path == "growth.A.cpu_s_per_1000"


def test_what_was_stopped_early_has_fewer_rows_and_work_of_the_timed_runs() -> None:
    results = example_comparison()
    for key in ("work", "growth", "rates"):
        del results[key]

    rows = table_rows(results)

    assert [row.label for row in rows] == COMPARED[:23]
    assert by_label(rows)["Peak memory"].cells[0].path.startswith("runs[")
    assert by_label(rows)["At most, in the probe"].cells[0].text == "not measured"


def test_an_invalid_comparison_has_no_ratio() -> None:
    assert not any(row.ratio for row in table_rows(example_comparison(outcome="invalid")))
