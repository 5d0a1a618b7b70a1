"""Tests of the short comparison on real servers: one that is fast, and one that only seems so."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from load_test.experiment.verdict import FASTER
from tests.checklist.scenario import Stage
from tests.checklist.scenarios.experiment import INVALID, MOST_S, Compared, run
from tests.checklist.staging import open_stages
from tests.checklist.submission import Submission
from tests.variants.bench import ROOT, copy_of_ours
from tests.variants.variant import Variant, apply

LONGEST_S = 90  # its 40 s, and what it takes to prepare a stage on a busy machine
EARLY = Variant(
    "broadcast before the save",
    "solution/message_processor.py",
    "        self._queue.put(message)\n",
    "        self._queue.put(message)\n        self._on_stored(message)\n",
    "load.is_faster",
)


@contextmanager
def stage_of(package: Path) -> Iterator[Stage]:
    """A stage for a package."""
    with open_stages(Submission("test", package), seed=1) as stages:
        yield stages.stage("experiment")


def test_pairs_are_counted_by_whole_ones() -> None:
    assert Compared(FASTER, (90.0, 80.0), (900.0,)).pairs == 1
    assert MOST_S < 40  # for which a submission may have the machine for itself


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S)
def test_a_batching_server_is_many_times_as_fast() -> None:
    with stage_of(ROOT / "solution") as stage:
        seen = run(stage)

    assert seen.outcome == FASTER
    assert seen.ratio is not None
    assert seen.ratio > 2


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S)
def test_who_shows_messages_before_they_are_stored_has_no_speed(tmp_path: Path) -> None:
    copy_of_ours(tmp_path)
    apply(EARLY, tmp_path)
    with stage_of(tmp_path / "solution") as stage:
        seen = run(stage)

    assert seen.outcome == INVALID
    assert "not on disk when it was killed" in seen.fault or "twice" in seen.fault
