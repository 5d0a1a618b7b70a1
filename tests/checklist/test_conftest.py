"""pytest grades with --submission, and only then; for each check of the rubric there is a test."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from load_test.experiment.processes import PROJECT
from tests.checklist.rubric import read_rubric

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
NAMES = [entry.name for item in read_rubric().items for entry in item.entries]
# As it is typed, with the options of pyproject.toml: two processes, for example.
COMMAND = (sys.executable, "-m", "pytest", "tests/checklist")
OK, FAILED, WRONG_USAGE = 0, 1, 4  # pytest's exit codes


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest with these arguments."""
    return subprocess.run([*COMMAND, *arguments], cwd=PROJECT, capture_output=True, text=True)


def test_without_a_submission_nothing_is_graded() -> None:
    done = run("--collect-only", "-n0")
    assert done.returncode == OK, done.stdout
    assert "test_reset.py" in done.stdout
    assert "test_submission.py" not in done.stdout


def test_with_one_there_is_nothing_but_a_test_for_each_check() -> None:
    done = run("--collect-only", "--submission", "challenge")
    assert done.returncode == OK, done.stdout
    collected = [line for line in done.stdout.splitlines() if "::" in line]
    assert [line.partition("[")[2].rstrip("]") for line in collected] == NAMES


def test_a_submission_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = run("--submission", str(tmp_path / "nothing"))
    assert done.returncode == WRONG_USAGE
    assert "there is no" in done.stderr


def test_the_grade_is_told_as_tests_and_as_junit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # so that it waits for nobody who measures
    attempt = tmp_path / "attempt"
    attempt.mkdir()
    (attempt / "__main__.py").write_text("raise SystemExit('I do not want to')\n")
    report = tmp_path / "junit.xml"

    done = run("--submission", str(attempt), f"--junitxml={report}")

    assert done.returncode == FAILED, done.stdout + done.stderr
    suite = ElementTree.parse(report).getroot()[0]
    cases = {case.attrib["name"]: case for case in suite.iter("testcase")}
    assert cases.keys() == {f"test_check[{name}]" for name in NAMES}
    failures = {name: case.findtext("failure") for name, case in cases.items()}
    assert "I do not want to" in str(failures.pop("test_check[handler.serves]"))
    skipped = cases["test_check[handler.validates]"].find("skipped")
    assert skipped is not None
    assert "not run because" in skipped.attrib["message"]
    points = {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}
    assert float(points["points"]) == 0
    assert float(points["points_possible"]) == 100


def test_what_is_refused_is_no_grade(tmp_path: Path) -> None:
    done = run("--submission", str(tmp_path))
    assert done.returncode == FAILED
    assert "__main__.py" in done.stdout
