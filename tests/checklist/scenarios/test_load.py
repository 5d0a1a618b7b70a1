"""Tests of the load test on real servers, each judged by the thresholds of the rubric."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.checklist.check import Result
from tests.checklist.checks import load as checks
from tests.checklist.rubric import read_rubric
from tests.checklist.scenario import Stage
from tests.checklist.scenarios.account import FAULTS
from tests.checklist.scenarios.load import Loaded, run
from tests.checklist.staging import open_stages
from tests.checklist.submission import Submission
from tests.variants.bench import ROOT, copy_of_ours
from tests.variants.variant import Variant, apply

LONGEST_S = 120  # two evenings with a slow server on a busy machine
COUNTED = ("keeps_everything", "few_writes_per_message", "memory_stays")
LEAK = Variant(
    "leak of 10 kB a message",
    "solution/message_processor.py",
    "        self._queue.put(message)\n",
    "        self._queue.put(message)\n"
    "        self._kept = getattr(self, '_kept', [])\n"
    "        self._kept.append(bytearray(10_000))\n",
    "load.memory_stays",
)


@contextmanager
def stage_of(package: Path) -> Iterator[Stage]:
    """A stage for a package."""
    with open_stages(Submission("test", package), seed=1) as stages:
        yield stages.stage("load")


def results(seen: Loaded) -> dict[str, Result]:
    """What becomes of the checks that count."""
    return {
        name: getattr(checks, name)(seen, **read_rubric().entry(f"load.{name}").thresholds).result
        for name in COUNTED
    }


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S)
def test_a_batching_server_keeps_everything_with_few_writes() -> None:
    with stage_of(ROOT / "solution") as stage:
        seen = run(stage)

    assert set(results(seen).values()) == {Result.PASSED}
    assert seen.stream.sent == seen.stream.shown
    assert seen.midnight.sent == seen.midnight.shown
    # The system and the server count the same.
    assert seen.midnight.writes in (None, seen.midnight.claimed_writes)


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S)
def test_the_challenge_is_slow_and_right() -> None:
    with stage_of(ROOT / "challenge") as stage:
        seen = run(stage)

    assert {name: getattr(seen.account, name) for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert results(seen)["keeps_everything"] is Result.PASSED
    assert results(seen)["few_writes_per_message"] is Result.FAILED


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S)
def test_a_leak_is_seen_and_costs_nothing_else(tmp_path: Path) -> None:
    copy_of_ours(tmp_path)
    apply(LEAK, tmp_path)
    with stage_of(tmp_path / "solution") as stage:
        seen = run(stage)

    assert results(seen) == {**dict.fromkeys(COUNTED, Result.PASSED), "memory_stays": Result.FAILED}
