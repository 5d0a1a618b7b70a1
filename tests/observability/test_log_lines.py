"""Logs are read back as the servers write them, and what is damaged is counted, not guessed."""

import json
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.backlog import Backlog
from observability.log_lines import Log, read_lines, read_log
from observability.logs import JsonFormatter, TextFormatter
from tests.conftest import a_message

FIGURES = {
    "processed": 30,
    "queued": 7,
    "rate": 30,
    "batch_mean": 15.0,
    "batch_max": 20,
    "writes": 2,
    "reads": 1,
    "bytes": 5_000,
    "refused": 1,
    "failed": 0,
}


def a_line(formatter: logging.Formatter, **changed: float) -> str:
    """A second of work, as a server logs it."""
    figures = {**FIGURES, **changed}
    text = " ".join(f"{key}={value}" for key, value in figures.items())
    record = logging.LogRecord("challenge.status", logging.INFO, "", 1, text, (), None)
    record.fields = figures
    return formatter.format(record)


def log_of(*lines: str) -> Log:
    """The log that these lines make."""
    log = Log("a.log")
    read_lines(log, lines)
    return log


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_seconds_are_read_back_from_both_forms(formatter: logging.Formatter) -> None:
    log = log_of(a_line(formatter), a_line(formatter, processed=42, rate=12))
    assert log.seconds[0] == FIGURES
    assert log.messages == 42
    assert log.total("bytes") == 10_000
    assert log.skipped == 0


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_failures_are_counted_by_cause(
    backlog: Backlog, caplog: pytest.LogCaptureFixture, formatter: logging.Formatter
) -> None:
    # given failures as the backlog logs them
    for error in (OSError(28, "No space left on device"), OSError(28, "No space left on device")):
        backlog.storage_failed(error, [a_message(1), a_message(2)])
    backlog.storage_failed(OSError(5, "Input/output error"), [a_message(1)])

    log = log_of(*(formatter.format(record) for record in caplog.records))

    assert log.causes == {
        "[Errno 28] No space left on device": 2,
        "[Errno 5] Input/output error": 1,
    }
    assert log.skipped == 0


def test_a_server_that_was_started_again_counts_on() -> None:
    text = TextFormatter()
    counts = [(1_010, 10), (1_030, 20), (5, 5), (8, 3)]
    log = log_of(*(a_line(text, processed=total, rate=rate) for total, rate in counts))
    assert log.messages == 10 + 20 + 5 + 3


def test_what_is_no_line_of_ours_is_counted(tmp_path: Path) -> None:
    text, as_json = a_line(TextFormatter()), a_line(JsonFormatter())
    torn = [text[:60], as_json[:60], json.dumps({"message": 7, "processed": "many", "queued": 1})]
    rubbish = ["Traceback (most recent call last):", '    "{', "[1]", "{}", "\x00\x00"]
    fine = ["challenge serves at http://127.0.0.1:4001", text, as_json]
    path = tmp_path / "a.log"
    path.write_bytes("\n".join([*torn, *rubbish, *fine]).encode() + b"\n\xff\xfe")
    log = read_log(path)
    assert len(log.seconds) == 2
    assert log.skipped == len(torn) + len(rubbish) + 1


@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_text_can_be_read(lines: list[str]) -> None:
    log = log_of(*lines)
    assert log.messages == 0


@given(st.integers(0, 400))
def test_a_log_cut_anywhere_tells_what_is_whole(at: int) -> None:
    whole = "\n".join(a_line(TextFormatter()) for _ in range(3))
    log = log_of(*whole[:at].split("\n"))
    assert len(log.seconds) <= 3
    assert log.skipped <= 1
