"""The solution's settings: the challenge's, and those of the batch."""

import dataclasses

import pytest

import challenge.config
from solution.config import ServerConfig

BATCH = {"batch_size": 100, "flush_interval_ms": 50, "ack": "queued"}


def settings(*flags: str, **environ: str) -> ServerConfig:
    """The settings of a command line."""
    return ServerConfig.from_command_line("solution", flags, environ)


def test_it_differs_from_the_challenge_by_the_batch_only() -> None:
    theirs = challenge.config.ServerConfig.from_command_line("solution", [], {})
    ours = dataclasses.asdict(settings())
    assert ours == {**dataclasses.asdict(theirs), **BATCH}
    assert ours["port"] == 4002


def test_the_batch_is_set_by_flags_and_variables() -> None:
    flags = settings("--batch-size", "1", "--flush-interval-ms", "60000", "--ack", "stored")
    environ = settings(CHAT_BATCH_SIZE="1", CHAT_FLUSH_INTERVAL_MS="60000", CHAT_ACK="stored")
    assert flags == environ
    assert (flags.batch_size, flags.flush_interval_ms, flags.ack) == (1, 60_000, "stored")


@pytest.mark.parametrize(
    ("flag", "value", "right"),
    [
        ("--batch-size", "0", "a whole number from 1 to 2,500"),
        ("--batch-size", "2501", "a whole number from 1 to 2,500"),
        ("--flush-interval-ms", "0", "a whole number from 1 to 60,000"),
        ("--flush-interval-ms", "0.5", "a whole number from 1 to 60,000"),
        ("--ack", "never", "one of queued, stored"),
    ],
)
def test_what_is_wrong_is_told_what_would_be_right(
    capsys: pytest.CaptureFixture[str], flag: str, value: str, right: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        settings(flag, value)
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told == (
        f"python -m solution: {flag} must be {right}, not {value!r}; --help lists what can be set\n"
    )
