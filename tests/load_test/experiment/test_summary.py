"""A record becomes the numbers of results.json."""

import dataclasses
import json

import pytest

from load_test.experiment.summary import summarise
from observability import names
from tests.load_test.experiment.records import example_record, span


def test_every_message_is_in_one_of_the_books() -> None:
    run = summarise(example_record(), None)

    assert (run["sent"], run["delivered"], run["undelivered"]) == (4, 2, 1)
    assert run["refused"] == {"queue_full": 1}
    assert (run["acknowledged"], run["acknowledgement"]) == (2, "stored")
    assert (run["lost"], run["doubled"], run["out_of_order"], run["missing"]) == (0, 0, 0, 0)
    assert run["valid"] is True
    assert run["invalid_because"] is None


def test_speed_counts_what_was_delivered_in_the_time_it_took() -> None:
    run = summarise(example_record(), None)

    assert run["duration_s"] == pytest.approx(5.0)
    assert run["delivered_per_s"] == pytest.approx(2 / 5.0)
    assert run["latency_ms"] == pytest.approx({"p50": 20.0, "p95": 2_000.0, "p99": 2_000.0})
    assert run["lone_message_ms"] == 6.0
    assert run["cpu_s_per_1000"] == pytest.approx(0.5 / 2 * 1000)


def test_deliveries_of_the_warm_up_do_not_count_for_the_rate() -> None:
    record = example_record()
    record.load = dataclasses.replace(record.load, warm_up_s=1.0)

    assert summarise(record, None)["delivered_per_s"] == pytest.approx(1 / 4.0)


def test_latency_may_be_told_of_one_phase_alone() -> None:
    record = example_record()
    record.load = dataclasses.replace(record.load, latency_of="midnight")

    run = summarise(record, None)

    assert (run["latency_ms"], run["ack_ms"], run["latency_cdf_ms"]) == (None, None, None)
    assert (run["delivered"], run["acknowledged"]) == (2, 2)


def test_a_lost_message_makes_a_run_invalid() -> None:
    record = example_record()
    record.ledger.seen_s[0] = None  # acknowledged, and now nobody saw it

    run = summarise(record, None)

    assert (run["lost"], run["valid"], run["invalid_because"]) == (1, False, "1 lost")


def test_writes_are_divided_by_what_was_stored_meanwhile() -> None:
    run = summarise(example_record(), None)
    stream, midnight = run["phases"]

    assert (run["file_writes_per_message"], run["bytes_written_per_message"]) == (1.0, 1_050)
    assert (stream["name"], stream["sent"], stream["delivered"]) == ("stream", 2, 2)
    assert (stream["file_writes"], stream["bytes_written_per_message"]) == (1, 1_000)
    assert (midnight["name"], midnight["sent"], midnight["delivered"]) == ("midnight", 2, 0)
    # Written after midnight was the stream's message; it is what was stored then, so it counts.
    assert (midnight["stored"], midnight["bytes_written_per_message"]) == (1, 1_100)
    assert midnight["latency_ms"] is None


def test_spans_of_messages_that_were_not_stored_in_time_do_not_count() -> None:
    spans = [
        span(names.SEND_MESSAGE, 0.0, 0.02),
        span(names.SEND_MESSAGE, 1.5, 3.5),
        span(names.SEND_MESSAGE, 3.0, 5.4),
    ]

    run = summarise(example_record(), spans)

    assert run["spans_per_message"] == {names.SEND_MESSAGE: 1.0}
    assert run["spans"] == {"arrived": 3, "dropped": None}
    # Readers of the traces find all three, the refused one, too.
    start_us, end_us = run["window_us"]
    assert all(start_us <= each.start_us <= end_us for each in spans)


def test_what_was_not_measured_is_null() -> None:
    record = example_record()
    record.edges[:] = [
        type(edge)(**{**vars(edge), "metrics": {}, "cpu_s": None}) for edge in record.edges
    ]
    record.peak_rss_bytes = None
    record.lone_ms.clear()

    run = summarise(record, None)

    for name in (
        "file_writes_per_message",
        "bytes_written_per_message",
        "spans_per_message",
        "spans",
        "peak_rss_bytes",
        "cpu_s_per_1000",
        "lone_message_ms",
    ):
        assert run[name] is None, name
    assert json.loads(json.dumps(run, allow_nan=False))["timeline"] == run["timeline"]
