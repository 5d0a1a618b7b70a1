"""The work meter: what was done between two snapshots, for each message."""

import dataclasses

import pytest

from load_test.experiment.meter import growth, read_meter
from tests.load_test.experiment.records import example_record


def test_books_count_by_stored_messages_and_the_system_by_delivered_ones() -> None:
    record = example_record()  # one message is delivered, and one stored, before the second edge
    start, middle, _ = record.edges
    start = dataclasses.replace(start, os_read_bytes=100, os_read_calls=1, os_write_calls=5)
    middle = dataclasses.replace(middle, os_read_bytes=4_100, os_read_calls=4, os_write_calls=7)

    work = read_meter(start, middle, record.ledger)

    assert (work["file_writes_per_message"], work["bytes_written_per_message"]) == (1, 1_000)
    assert work["cpu_s_per_1000"] == pytest.approx(400)
    assert (work["read_bytes_per_message"], work["read_calls_per_message"]) == (4_000, 3)
    assert work["write_calls_per_message"] == 2
    assert work["context_switches_per_message"] is None  # nobody told


def test_work_that_delivered_nothing_has_no_price_per_message() -> None:
    record = example_record()
    for number in range(len(record.schedule)):
        record.ledger.delivered_s[number] = None

    assert read_meter(record.edges[0], record.edges[2], record.ledger)["cpu_s_per_1000"] is None


def cost(cpu_s: float | None, written: float) -> dict[str, float | None]:
    return {
        "cpu_s_per_1000": cpu_s,
        "bytes_written_per_message": written,
        "read_bytes_per_message": None,
    }


def test_growth_is_an_exponent_of_the_history() -> None:
    grown = growth(cost(0.5, 1_000), cost(0.5, 10_000), (500, 5_000))

    assert grown["cpu_s_per_1000"] == 0
    assert grown["bytes_written_per_message"] == pytest.approx(1)
    assert grown["read_bytes_per_message"] is None
    square = growth(cost(None, 3), cost(1.0, 300), (50, 500))
    assert square["bytes_written_per_message"] == pytest.approx(2)
    assert square["cpu_s_per_1000"] is None


def test_without_two_histories_nothing_is_said_of_growth() -> None:
    assert set(growth(cost(1, 1), cost(1, 1), (0, 0)).values()) == {None}
