"""The benchmark as people run it: it comes to its end, and its numbers are there.

Nothing is said about how large they are: that is for the benchmark to tell, and for no test.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.behaviour.servers import ROOT
from tests.benchmarks.measure import KINDS
from tests.benchmarks.tables import NUMBERS

END_S = 50


def benchmark(*flags: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "tests.benchmarks.generators", *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=END_S)


@pytest.mark.slow
def test_a_short_one_measures_all_three(tmp_path: Path) -> None:
    out = tmp_path / "new" / "generators.json"

    ended = benchmark("--seconds", "0.4", "--rounds", "1", "--clients", "4", "--out", str(out))

    assert ended.returncode == 0, ended.stderr
    assert str(out) in ended.stdout
    results = json.loads(out.read_text())
    assert set(results["summary"]) == {run["client"] for run in results["runs"]}
    assert set(results["summary"]) == {kind.name for kind in KINDS}
    assert all(run[key] > 0 for run in results["runs"] for key in NUMBERS)
    assert [each["load"] for each in results["lateness"]] == ["at half", "as needed"]
    for each in results["lateness"]:
        assert each["events_per_s"] > 0 and each["sent"] > 0
        assert 0 <= each["late_p50_ms"] <= each["late_p99_ms"] <= each["late_max_ms"]


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (("--seconds", "0"), "must be from 0.2 to 60, not '0'"),
        (("--seconds", "nan"), "must be from 0.2 to 60, not 'nan'"),
        (("--rounds", "many"), "must be from 1 to 50, not 'many'"),
        (("--out", "README.md"), "README.md is there already"),
    ],
)
def test_wrong_usage_is_one_line(flags: tuple[str, ...], problem: str) -> None:
    ended = benchmark(*flags)

    assert ended.returncode == 2
    assert problem in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
