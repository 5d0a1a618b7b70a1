"""Latency counts from the intended moment, of what came before the time was up."""

import pytest

from load_test.experiment.evening import MIDNIGHT, STREAM
from load_test.experiment.latency import (
    acknowledgements_ms,
    distribution,
    latencies_ms,
    percentiles,
    timeline,
)
from tests.load_test.experiment.records import example_record


def test_latency_is_from_intended_to_delivered() -> None:
    record = example_record()

    assert latencies_ms(record) == pytest.approx([20.0, 2_000.0])
    assert latencies_ms(record, STREAM) == pytest.approx([20.0, 2_000.0])
    assert latencies_ms(record, MIDNIGHT) == []
    assert acknowledgements_ms(record) == pytest.approx([30.0, 2_100.0])


def test_the_timeline_shows_the_backlog() -> None:
    entries = timeline(example_record())

    def column(name: str) -> list[object]:
        return [entry[name] for entry in entries]

    assert column("t_s") == [0, 1, 2, 3, 4]
    assert column("sent") == [1, 1, 0, 2, 0]
    assert column("delivered") == [1, 0, 0, 1, 0]
    # The second message waits for two seconds; of midnight's two one is refused, the other waits.
    assert column("waiting") == [0, 1, 1, 1, 1]
    assert entries[1]["latency_ms"]["p50"] == pytest.approx(2_000.0)
    assert entries[3]["latency_ms"] is None


def test_a_run_that_ended_early_has_no_seconds_after_its_end() -> None:
    record = example_record()
    record.ended_s = record.started_s + 3.6

    assert len(timeline(record)) == 4


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentiles([3.0, 1.0, 2.0]) == {"p50": 2.0, "p95": 3.0, "p99": 3.0}
    assert percentiles([]) is None


def test_the_distribution_has_101_numbers_from_least_to_most() -> None:
    values = [float(value) for value in range(1, 201)]

    found = distribution(values)

    assert found is not None
    assert len(found) == 101
    assert (found[0], found[50], found[100]) == (1.0, 100.0, 200.0)
    assert distribution([]) is None
