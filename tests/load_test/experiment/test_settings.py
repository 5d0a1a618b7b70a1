"""Flags become settings, and a wrong one is a sentence and exit code 2."""

import pytest

from load_test.experiment.settings import OneLineParser, Settings


def parser() -> OneLineParser:
    """A command that has only the settings as flags."""
    parser = OneLineParser("try", "A command.")
    Settings.add_flags(parser)
    return parser


def test_the_defaults_are_the_demos() -> None:
    settings, _ = parser().settings([])

    assert settings == Settings()
    assert (settings.history, settings.users, settings.rooms) == (5_000, 40, 4)
    assert (settings.rate_per_s, settings.stream_s, settings.burst_messages) == (150, 20, 1_500)


def test_a_message_of_the_schedule_never_begins_a_new_file() -> None:
    settings = Settings()

    expected = settings.rate_per_s * settings.stream_s + settings.burst_messages
    assert settings.history + 1.1 * expected < 10_000


def test_flags_change_settings() -> None:
    settings, _ = parser().settings(["--rate-per-s", "12.5", "--senders", "random", "--seed", "7"])

    assert settings == Settings(rate_per_s=12.5, senders="random", seed=7)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--users", "1"], "a whole number from 2 to 2,000, not '1'"),
        (["--users", "many"], "a whole number from 2 to 2,000, not 'many'"),
        (["--rate-per-s", "nan"], "a number from 0.1 to 20,000, not 'nan'"),
        (["--arrivals", "closed"], "one of poisson, fixed, not 'closed'"),
        (["--users", "6", "--rooms", "4"], "a room needs two members at least"),
        (["--burst", "5"], "unrecognized arguments: --burst 5"),
    ],
)
def test_a_wrong_flag_is_one_line_and_code_2(
    flags: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().settings(flags)

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert words in said
    assert said.count("\n") == 1


def test_midnight_comes_after_the_stream_and_a_breath() -> None:
    settings = Settings(stream_s=20, breath_s=1, finish_s=10)

    assert (settings.midnight_s, settings.most_s) == (21, 31)
