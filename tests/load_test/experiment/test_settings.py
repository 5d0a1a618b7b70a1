"""Flags become settings, and a wrong one is a sentence and exit code 2."""

import pytest

from load_test.experiment.evening import Evening
from load_test.experiment.settings import OneLineParser


def parser() -> OneLineParser[Evening]:
    """A command that has only the settings as flags."""
    return OneLineParser("try", "A command.", Evening)


def test_flags_change_settings() -> None:
    settings, _ = parser().settings(["--rate-per-s", "12.5", "--senders", "random", "--seed", "7"])

    assert settings == Evening(rate_per_s=12.5, senders="random", seed=7)


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
