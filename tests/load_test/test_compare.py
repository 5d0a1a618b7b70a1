"""`python -m load_test.compare`: wrong usage is a line, and a server that fails is one too."""

import subprocess
import sys
from pathlib import Path

import pytest

from load_test.experiment.processes import PROJECT

WITHIN_S = 30.0


def compare(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "load_test.compare", *arguments],
        cwd=PROJECT, capture_output=True, text=True, timeout=WITHIN_S,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["challenge"], "two servers are needed, as challenge solution"),
        (["challenge", "solutoin"], "'solutoin' is no server"),
        (["challenge", "solution", "--max-rounds", "0"], "must be a whole number from 1 to 200"),
        (["--report", "no-such-folder"], "no-such-folder"),
    ],
)
def test_wrong_usage_is_one_line_and_creates_nothing(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    ended = compare(*arguments, "--out", str(tmp_path / "out"))

    assert ended.returncode == 2
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_server_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "attempt").mkdir()
    (tmp_path / "attempt" / "__main__.py").write_text("import no_such_module")

    ended = compare(str(tmp_path / "attempt"), "solution", "--out", str(tmp_path / "out"))

    assert ended.returncode == 1
    assert "attempt ended with exit code 1 at its start" in ended.stderr
    assert "No module named 'no_such_module'" in ended.stderr
    assert "keeps the logs and no finished runs" in ended.stderr
    assert not (tmp_path / "out" / "data").exists()


def test_help_lists_the_flags() -> None:
    ended = compare("--help")

    assert ended.returncode == 0
    assert "--time-limit" in ended.stdout
