"""A traced run of the right answers: claims and facts must be the same, to the message."""

import sys
from pathlib import Path

import pytest

from load_test.experiment.processes import PROJECT
from observability import names
from tests.checklist.scenarios import books
from tests.checklist.scenarios.books import BURST, LONE, REFUSED, STREAM, Books
from tests.checklist.scenarios.file_watch import ONLY_ON_LINUX
from tests.checklist.staging import open_stages
from tests.checklist.submission import Submission
from tests.checklist.zoo.animal import ATTEMPT, Animal, Edit, make

# A grading waits while another one on this machine measures alone.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
MESSAGES = LONE + STREAM + BURST
LIAR = Animal(
    "liar",
    "counts every second write, and makes up a span for each real one",
    edits=(
        Edit("storage.py", "file_writes += 1", "file_writes += self._metrics.file_reads % 2"),
        Edit(
            "storage.py",
            "        with tracer.start_as_current_span(names.FILE_WRITE) as span:",
            "        tracer.start_span(names.FILE_WRITE).end()\n"
            "        with tracer.start_as_current_span(names.FILE_WRITE) as span:",
        ),
    ),
)


def see(package: Path) -> Books:
    """The books of a submission."""
    with open_stages(Submission("somebody", package), seed=5) as stages:
        return books.run(stages.stage("books"))


@pytest.mark.parametrize("name", ["challenge", "solution"])
def test_a_right_answer_tells_what_was_seen(name: str) -> None:
    found = see(PROJECT / name)

    told, seen = found.told, found.seen
    assert (seen.sent, seen.shown, seen.failed) == (MESSAGES + REFUSED, MESSAGES, {})
    assert seen.refused == {"bad_field": REFUSED}
    assert told.increase(f"{names.STORED}_total") == MESSAGES
    assert len(told.messages) == MESSAGES + REFUSED
    assert f"{names.ACCEPTED}_total" in told.at_start
    assert all(row["agree"] is not False for row in found.witnesses)
    if sys.platform != "linux":
        pytest.skip(ONLY_ON_LINUX)
    assert seen.written is not None and seen.burst_written is not None, seen.unavailable
    assert told.increase(f"{names.FILE_WRITES}_total") == len(told.writes) == len(seen.written)
    if name == "challenge":
        assert (len(seen.written), seen.burst_written) == (MESSAGES, BURST)
        assert not told.batches
    else:
        assert seen.burst_written < BURST / 5
        assert len(told.batches) == len(seen.written)


def test_a_liar_is_contradicted_by_what_was_seen(tmp_path: Path) -> None:
    make(LIAR, tmp_path)
    found = see(tmp_path / ATTEMPT)

    told, seen = found.told, found.seen
    if sys.platform != "linux":
        pytest.skip(ONLY_ON_LINUX)
    assert seen.written is not None, seen.unavailable
    claimed = told.increase(f"{names.FILE_WRITES}_total")
    assert claimed is not None
    assert 0 < claimed < len(seen.written)
    assert len(told.writes) == 2 * len(seen.written)
