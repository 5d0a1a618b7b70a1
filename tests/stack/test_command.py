"""The command line: what is wrong is said at once, in a line, before anything is started."""

import subprocess
import sys
from pathlib import Path

import pytest

from load_test.experiment.processes import PROJECT


def run(*arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command; by default without Prometheus on PATH."""
    return subprocess.run(
        [sys.executable, "-m", "tests.stack", *arguments],
        cwd=PROJECT, env={"PATH": path}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_without_prometheus_it_says_what_to_install(tmp_path: Path) -> None:
    ended = run(path=str(tmp_path))
    assert ended.returncode == 2
    assert ended.stderr.startswith("tests.stack: prometheus and promtool not found on PATH")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


@pytest.mark.slow
def test_a_file_is_no_folder_for_pictures(tmp_path: Path) -> None:
    taken = tmp_path / "pictures"
    taken.touch()
    ended = run("--pictures", str(taken))
    assert ended.returncode == 2
    assert f"{taken} is a file" in ended.stderr
