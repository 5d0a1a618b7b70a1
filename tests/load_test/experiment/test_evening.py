"""The demo's settings tell New Year's Eve, and keep it within one file."""

from load_test.experiment.evening import Evening
from load_test.experiment.phases import slots
from load_test.experiment.settings import OneLineParser


def test_the_defaults_are_the_demos() -> None:
    settings, _ = OneLineParser("try", "A command.", Evening).settings([])

    assert settings == Evening()
    assert (settings.history, settings.users, settings.rooms) == (5_000, 40, 4)
    assert (settings.rate_per_s, settings.stream_s, settings.burst_messages) == (150, 20, 1_500)


def test_a_message_of_the_schedule_never_begins_a_new_file() -> None:
    settings = Evening()

    expected = settings.rate_per_s * settings.stream_s + settings.burst_messages
    assert settings.history + 1.1 * expected < 10_000


def test_midnight_comes_after_the_stream_and_a_breath() -> None:
    stream, midnight = slots(Evening(stream_s=20, breath_s=1, finish_s=10).phases)

    assert (stream.starts_s, stream.looks_at_s) == (0, 20.5)
    assert (midnight.starts_s, midnight.ends_s) == (21, 31)
