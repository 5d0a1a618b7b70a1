"""A run counts only if the generator was not the bottleneck."""

import dataclasses
from collections.abc import Callable

import pytest

from load_test.experiment.run import RunRecord
from load_test.experiment.validity import Generator, faults, watch_generator, why_void
from tests.load_test.experiment.records import START_S, empty_record, example_record


def reasons(record: RunRecord) -> list[str]:
    return why_void(record, watch_generator(record))


def test_the_generator_tells_how_it_did() -> None:
    record = example_record()
    record.generator_cpu_share = 0.25
    record.ledger.sent_s[3] = START_S + 3.030

    generator = watch_generator(record)

    assert generator.cpu_share == 0.25
    assert generator.lateness_p99_ms == pytest.approx(1.0)
    assert generator.burst_send_ms == pytest.approx(30.0)
    assert generator.received == 6


def test_to_be_slow_or_to_refuse_voids_nothing() -> None:
    record = example_record()  # with a refused message, and one that was undelivered

    assert reasons(record) == []
    assert faults(dataclasses.asdict(record.ledger.books())) == []


@pytest.mark.parametrize(
    ("book", "clause"),
    [
        ("lost", "3 lost"),
        ("doubled", "3 doubled"),
        ("out_of_order", "3 out of order"),
        ("missing", "3 missed by a member that others of the room got"),
        ("strangers", "3 delivered to a member of another room"),
    ],
)
def test_what_must_not_happen_at_any_speed_is_a_fault(book: str, clause: str) -> None:
    books = dataclasses.replace(example_record().ledger.books(), **{book: 3})

    assert faults(dataclasses.asdict(books)) == [clause]


def busy(record: RunRecord) -> None:
    record.generator_cpu_share = 0.71


def late(record: RunRecord) -> None:
    record.ledger.sent_s[0] = START_S + 0.500


def slow_burst(record: RunRecord) -> None:
    record.ledger.sent_s[3] = START_S + 3.101


def cut(record: RunRecord) -> None:
    record.disconnected = 2


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (busy, "71% of its core"),
        (late, "500.0 ms late"),
        (slow_burst, "took 101 ms"),
        (cut, "2 connections ended"),
    ],
)
def test_a_generator_at_its_limit_voids_the_run(
    spoil: Callable[[RunRecord], None], words: str
) -> None:
    record = example_record()
    spoil(record)

    (reason,) = reasons(record)

    assert words in reason


def test_lateness_is_measured_against_what_it_adds_to() -> None:
    record = example_record()  # the stream's median latency is 20 ms
    record.ledger.sent_s[0] = START_S + 0.006
    assert "at most 5.0 ms" in reasons(record)[0]

    for member in (0, 2):
        record.ledger.delivered_s[0] = START_S + 0.1 + member
    assert reasons(record) == []  # now it is over a second


def test_a_run_without_a_single_message_is_judged_all_the_same() -> None:
    record = empty_record([], ended_s=5.0)

    assert watch_generator(record) == Generator(0.0, None, None, 0)
    assert reasons(record) == []
