"""Each fault experiment in its short form; `make faults` runs the full one."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.behaviour.servers import ROOT
from tests.faults.experiments import EXPERIMENTS, Experiment

SHORT = [experiment for experiment in EXPERIMENTS if experiment.short]


@pytest.mark.parametrize("experiment", SHORT, ids=lambda experiment: experiment.name)
def test_promises_are_kept(experiment: Experiment, tmp_path: Path) -> None:
    seed = secrets.randbelow(2**32)
    outcome = experiment.run(experiment.short, seed, tmp_path, lambda: None)
    repeat = f"python -m tests.faults --form short --seed {seed} {experiment.name}"
    assert outcome.kept, f"{outcome}; repeat with {repeat}"
    assert outcome.faults > 0
    assert outcome.acknowledged > 0


def told(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of the command."""
    command = [sys.executable, "-m", "tests.faults", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.slow
def test_the_command_ends_with_a_table() -> None:
    code, output = told("--form", "short", "--seed", "7", "storage_kills")
    assert code == 0, output
    assert "seed 7" in output
    (row,) = [line for line in output.splitlines() if "kill -9 of the storage" in line]
    assert row.split()[-5:] == ["0"] * 5


@pytest.mark.slow
def test_a_wrong_name_is_told_the_right_ones() -> None:
    code, output = told("storage_kill")
    assert code == 2
    assert "no such experiment: storage_kill; there is server_kills, order" in output


def test_names_are_those_of_modules() -> None:
    for experiment in EXPERIMENTS:
        assert experiment.run.__module__ == f"tests.faults.{experiment.name}"
        assert 0 <= experiment.short <= experiment.longer <= experiment.full
