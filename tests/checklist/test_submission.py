"""The checklist as tests, one for each check: `pytest tests/checklist --submission attempt`.

With --full everything is graded, with --junitxml=FILE the outcome is kept for other tools. What was
not run or could not be told is skipped, with the reason. The grading is that of
`python -m tests.checklist`, in a process of its own: only its outcome is looked at here.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from load_test.experiment.processes import PROJECT
from tests.checklist.check import Result
from tests.checklist.grade_file import FILE_NAME, read_grade, round_points
from tests.checklist.judge import Finding
from tests.checklist.rubric import read_rubric

NAMES = [entry.name for item in read_rubric().items for entry in item.entries]
COMMAND = (sys.executable, "-m", "tests.checklist")
GRADED = (0, 1)  # its exit codes if there is a grade: good, or not
MOST_S = 900  # in full on a slow machine, where others measure at the same time

pytestmark = pytest.mark.timeout(MOST_S)


@pytest.fixture(scope="session")
def findings(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    record_testsuite_property: Callable[[str, object], None],
) -> dict[str, Finding]:
    """What the grading found, by check; the points go into the JUnit file, if there is one."""
    submission: Path = pytestconfig.getoption("--submission")
    path = tmp_path_factory.mktemp("grade") / FILE_NAME
    flags = ["--full"] if pytestconfig.getoption("--full") else []
    command = [*COMMAND, str(submission.resolve()), "--json", str(path), *flags]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    if done.returncode not in GRADED or not path.exists():
        pytest.fail(done.stderr or f"{submission} was not graded", pytrace=False)
    grade = read_grade(path)
    record_testsuite_property("points", round_points(grade.points))
    record_testsuite_property("points_possible", round_points(grade.max))
    return {each.name: each for each in grade.findings}


@pytest.mark.parametrize("name", NAMES)
def test_check(name: str, findings: dict[str, Finding]) -> None:
    found = findings[name]
    if found.result is Result.NOT_RUN:
        pytest.skip(f"not run{' because' if found.because else ''}: {found.actual}")
    if found.result is Result.CANNOT_TELL:
        pytest.skip(f"cannot tell: {found.actual} (expected: {found.expected})")
    if found.result is not Result.PASSED:
        pytest.fail(told(found), pytrace=False)


def told(found: Finding) -> str:
    """What a participant has to know of a check that failed."""
    lines = {"expected": found.expected, "actual": found.actual, "next": "".join(found.hints[:1])}
    return "\n".join([found.asks, *(f"{name}: {text}" for name, text in lines.items() if text)])
