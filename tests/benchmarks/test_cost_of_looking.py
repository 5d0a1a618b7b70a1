"""The benchmark as people run it: it comes to its end, and its numbers are there.

Whether the bounds are kept is for the benchmark to tell, on a quiet machine, and for no test.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from observability.tracing import EXPORT_BATCH_SPANS
from tests.behaviour.servers import ROOT
from tests.benchmarks.cost_of_looking_runs import WAYS

END_S = 180  # of eight runs, on a busy machine


def benchmark(*flags: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "tests.benchmarks.cost_of_looking", *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=END_S)


@pytest.mark.slow
@pytest.mark.timeout(END_S)
def test_a_short_one_looks_in_all_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a shell whose own settings would make all ways alike
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    out = tmp_path / "new" / "looking.json"

    # when more messages are sent than traces are kept
    flags = ("--server", "solution", "--rate", "150", "--seconds", "1", "--rounds", "1")
    ended = benchmark(*flags, "--out", str(out))

    # then the file says what the terminal does
    results = json.loads(out.read_text())
    assert str(out) in ended.stdout
    assert ended.returncode == bool(results["missed"]), ended.stderr
    assert [run["way"] for run in results["runs"]] == [way.name for way in WAYS]
    runs = {run["way"]: run for run in results["runs"]}
    assert all(run["cpu_ms_per_message"] > 0 for run in runs.values())

    # and no span is missing, but where they were not wanted
    assert runs["none"]["spans_arrived"] == 0
    assert 0 < runs["shipped"]["spans_arrived"] < runs["shipped"]["spans_possible"]
    assert runs["shipped"]["traces_skipped"] > 0
    for way in ("all thrift", "all otlp"):
        told = runs[way]["spans_arrived"] + runs[way]["spans_dropped"]
        assert told == runs[way]["spans_possible"] > 0

    # and the watched servers told of their exports
    stops = {run["way"]: run["stops"]["by_exports"] for run in results["watched"]}
    assert stops["none"]["times"] == 0
    assert stops["all thrift"]["longest_ms"] >= stops["all thrift"]["longest_cpu_ms"] > 0
    assert 0 < stops["all thrift"]["spans"] <= EXPORT_BATCH_SPANS


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (("--server", "attempt"), "must be one of solution, challenge, both, not 'attempt'"),
        (("--rounds", "0"), "must be a whole number from 1 to 100, not '0'"),
        (("--out", "README.md"), "README.md is there already"),
    ],
)
def test_wrong_usage_is_one_line(flags: tuple[str, ...], problem: str) -> None:
    ended = benchmark(*flags)

    assert ended.returncode == 2
    assert problem in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
