"""Costs are read between the edges of what is measured, and all spans are accounted for."""

import dataclasses

import pytest

from load_test.experiment.counters import FILE_WRITES, SPANS_DROPPED
from load_test.experiment.run import RunRecord
from tests.benchmarks.cost_of_looking_figures import (
    ACCEPTED,
    FILE_READS,
    MEASURED,
    TRACES_SKIPPED,
    read_figures,
)
from tests.load_test.experiment.records import START_S, empty_record, snapshot

WARM_UP = "warm-up"
LOG = "INFO solution: serving\nWARNING observability.tracing: 3 of 20 spans were dropped\n"


def a_record() -> RunRecord:
    """A message of the warm-up, and two that are measured, which took 40 and 60 ms."""
    record = empty_record([(0.0, 0, WARM_UP), (2.0, 1, MEASURED), (2.5, 2, MEASURED)], ended_s=4.0)
    for number, (arrival, took_s) in enumerate(
        zip(record.schedule, (0.5, 0.04, 0.06), strict=True)
    ):
        sent_s = START_S + arrival.at_s
        record.ledger.send(number, sent_s)
        record.ledger.receive(arrival.sender, number, sent_s + took_s)
    # (seconds, CPU seconds, messages accepted, reads, writes, spans dropped, traces skipped)
    for at_s, cpu_s, *counts in (
        (-0.2, 1.0, 0, 1, 0, 0, 0),
        (1.0, 1.5, 1, 2, 1, 0, 0),
        (3.0, 1.508, 3, 4, 3, 1, 2),
        (3.5, 1.7, 3, 4, 3, 1, 2),
    ):
        names = (ACCEPTED, FILE_READS, FILE_WRITES, SPANS_DROPPED, TRACES_SKIPPED)
        metrics = dict(zip(names, map(float, counts), strict=True))
        edge = snapshot(at_s, stored=0, writes=0, size=0, cpu_s=cpu_s)
        record.edges.append(dataclasses.replace(edge, metrics=metrics))
    return record


def test_only_what_is_measured_counts_for_costs() -> None:
    figures = read_figures("solution", a_record(), 14, log="")

    assert figures["valid"]
    assert figures["cpu_ms_per_message"] == pytest.approx(4.0)  # 8 ms for two
    assert figures["latency_ms"]["p99"] == pytest.approx(60.0)
    assert figures["latency_ms"]["p50"] == pytest.approx(40.0)


@pytest.mark.parametrize(("server", "possible"), [("solution", 15), ("challenge", 12)])
def test_spans_are_those_of_the_whole_run(server: str, possible: int) -> None:
    figures = read_figures(server, a_record(), 14, log="")

    assert figures["spans_possible"] == possible  # of 3 messages, 3 reads and 3 writes
    assert (figures["spans_arrived"], figures["spans_dropped"]) == (14, 1)
    assert figures["traces_skipped"] == 2


def test_what_was_dropped_in_the_end_stands_in_the_log() -> None:
    assert read_figures("solution", a_record(), 12, LOG)["spans_dropped"] == 3


def test_a_run_that_did_not_deliver_all_is_not_valid() -> None:
    record = a_record()
    record.ledger.delivered_s[2] = None

    figures = read_figures("solution", record, 14, log="")

    assert not figures["valid"]
    assert "1 of 3 messages were not delivered" in figures["invalid_because"]
