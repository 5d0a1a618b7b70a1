"""Progress shows where it stands: in place on a terminal, in plain lines elsewhere."""

import io
import time

import pytest
from rich.console import Console

from load_test.experiment import progress as module
from load_test.experiment.ledger import Ledger
from load_test.experiment.progress import Progress

WITHIN_S = 5.0


def written(file: io.StringIO, words: str) -> str:
    """All that was written, as soon as these words are in it."""
    deadline_s = time.monotonic() + WITHIN_S
    while words not in file.getvalue():
        assert time.monotonic() < deadline_s, f"{words!r} never came: {file.getvalue()!r}"
        time.sleep(0.01)
    return file.getvalue()


def test_the_line_tells_step_phase_and_time_left() -> None:
    progress = Progress(Console(file=io.StringIO()), expected_s=100)

    progress.begin("preparing", 10)
    assert progress.line() == "0:00  preparing  (about 1:39 left)"  # rounded down

    progress.begin("challenge", 60)
    progress.watch("stream")
    assert progress.line() == "0:00  challenge: stream  (about 1:29 left)"


def test_numbers_come_from_the_ledger() -> None:
    progress = Progress(Console(file=io.StringIO()), expected_s=100)
    ledger = Ledger([0, 0], [0])
    progress.watch("stream", ledger)
    assert progress.numbers() == "sent 0, delivered 0"

    ledger.send(0, 10.0)
    ledger.send(1, 10.0)
    ledger.receive(0, 0, 10.25)

    assert progress.numbers() == "sent 2, delivered 1, p95 now 250 ms"
    progress.watch("reading the spans")
    assert progress.numbers() == ""


def test_without_a_terminal_it_prints_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLAIN_INTERVAL_S", 0.02)
    file = io.StringIO()

    with Progress(Console(file=file), expected_s=5) as progress:
        progress.begin("challenge", 5)
        progress.watch("stream", Ledger([0], [0]))
        text = written(file, "sent 0, delivered 0\n")

    assert "challenge: stream" in text
    assert "\x1b" not in text


def test_on_a_terminal_the_clock_moves_in_place() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80)

    with Progress(console, expected_s=5) as progress:
        progress.begin("solution", 5)
        written(file, "0:01  solution")

    assert "\x1b[1A" in file.getvalue()  # the cursor goes up, to draw over the last line
