"""Phases follow each other, and their counters are read in their quiet."""

from load_test.experiment.phases import Phase, slots


def test_each_phase_begins_where_the_one_before_ends() -> None:
    phases = [Phase("a", sends_s=2, rate_per_s=5, rests_s=1), Phase("b", burst_messages=9)]

    first, second = slots(phases)

    assert (first.phase.name, first.starts_s, first.ends_s) == ("a", 0, 3)
    assert (second.phase.name, second.starts_s, second.ends_s) == ("b", 3, 3)


def test_counters_are_read_between_the_last_message_and_the_next_phase() -> None:
    quiet, busy = slots([Phase("a", sends_s=2, rests_s=1), Phase("b", sends_s=4)])

    assert quiet.looks_at_s == 2.5
    assert busy.looks_at_s == 7
