"""The command as people type it: what it answers at once, and a class that it grades."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from load_test.experiment.family import alive
from load_test.experiment.processes import PROJECT
from tests.checklist.example_grades import example_grade
from tests.checklist.grade import the_plan
from tests.checklist.grade_file import Status, read_grade, write_grade
from tests.checklist.handed_in import handed_in
from tests.checklist.whole_class import jobs_of

START_S, STOP_S, POLL_S = 60, 15, 0.05
GRADING_S = 300  # of a class of servers that do not start, on a busy machine


def run(*arguments: object, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tests.checklist", *map(str, arguments)],
        cwd=PROJECT, capture_output=True, text=True, timeout=timeout_s,
    )  # fmt: skip


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Two servers that do not start."""
    folder = tmp_path / "submissions"
    for name in ("alice", "bob"):
        (folder / name / "attempt").mkdir(parents=True)
        (folder / name / "attempt" / "__main__.py").write_text("raise SystemExit('not yet')\n")
    return folder


@contextmanager
def grading(submissions: Path, out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A class that is being graded, in a temporary folder of its own.

    What a grader that is killed leaves there goes with the test.
    """
    temporary = out.with_name("temporary")
    temporary.mkdir()
    command = [sys.executable, "-m", "tests.checklist", "--grade", str(submissions)]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen([*command, "--out", str(out)], cwd=PROJECT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def commands(process: subprocess.Popen[bytes]) -> list[tuple[psutil.Process, list[str]]]:
    """What the process started, at any remove, and is still there; each with its command line."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        with suppress(psutil.Error):  # it ends meanwhile
            found.append((child, child.cmdline()))
    return found


def graders(process: subprocess.Popen[bytes]) -> dict[str, psutil.Process]:
    """The graders that run, by the name of their submission."""
    return {
        Path(command[command.index("tests.checklist") + 1]).name: child
        for child, command in commands(process)
        if "tests.checklist" in command
    }


def servers(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """What runs of the submissions."""
    return [child for child, command in commands(process) if "attempt" in command]


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait for something that takes a busy machine a while; fail, saying what did not happen."""
    deadline_s = time.monotonic() + START_S
    while not condition():
        assert time.monotonic() < deadline_s, f"within {START_S} s: {what} did not happen"
        time.sleep(POLL_S)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "name one submission, or --grade FOLDER, or --apply"),
        (["attempt", "--grade", "."], "name one submission, or --grade FOLDER, or --apply"),
        (["attempt", "--seed", "-1"], "--seed must be from 0"),
        (["attempt", "--json", "missing/grade.json"], "--json missing/grade.json"),
        (["attempt", "--again", "alice"], "--again goes with --grade"),
        (["--grade", "missing"], "cannot read missing"),
        (["--apply", "--out", "missing"], "there is no folder missing"),
        (["missing"], "refused: "),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments: list[str], problem: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert problem in ended.stderr
    assert (len(ended.stderr.splitlines()), ended.stdout) == (1, "")


@pytest.mark.slow
def test_apply_redraws_and_a_wrong_override_is_named(tmp_path: Path) -> None:
    # given a grade, and an override with a mistyped check
    (tmp_path / "alice").mkdir()
    write_grade(example_grade("alice"), tmp_path / "alice" / "grade.json")
    overrides = tmp_path / "overrides.toml"
    overrides.write_text('["alice"."documentation.qualty"]\npoints = 2\nreason = "short"\n')

    # when it is applied, then it is named, and nothing is drawn
    ended = run("--apply", "--out", tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert "line 1" in ended.stderr
    assert not (tmp_path / "index.html").exists()

    # when it is right, then everything is drawn
    overrides.write_text(overrides.read_text().replace("qualty", "quality"))
    assert run("--apply", "--out", tmp_path).returncode == 0
    assert "short" in (tmp_path / "alice" / "report.html").read_text(encoding="utf-8")
    assert "54" in (tmp_path / "gradebook.csv").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.timeout(GRADING_S)
def test_a_server_that_does_not_start_fails_and_says_why(submissions: Path) -> None:
    path = submissions.parent / "grade.json"
    ended = run(submissions / "alice", "--json", path, timeout_s=GRADING_S)
    assert ended.returncode == 1, ended.stderr
    document = json.loads(path.read_text(encoding="utf-8"))
    assert (document["points"], document["mode"], document["status"]) == (0, "quick", "graded")
    assert "crashed" in ended.stdout
    assert "not yet" in ended.stdout


@pytest.mark.slow
@pytest.mark.timeout(GRADING_S)
def test_a_grader_that_dies_is_told_and_the_rest_goes_on(submissions: Path) -> None:
    # given a grading of which one grader dies
    out = submissions.with_name("grades")
    with grading(submissions, out) as process:
        wait_until(lambda: len(graders(process)) == 2, "both graders run")
        graders(process)["alice"].kill()
        assert process.wait(GRADING_S) == 1

    # then it has no grade, and says so, and the other one has one
    alice, bob = (read_grade(out / name / "grade.json") for name in ("alice", "bob"))
    assert (alice.status, bob.status) == (Status.NOT_GRADED, Status.GRADED)
    assert "exit code -9" in alice.problem
    assert "could not be graded" in (out / "index.html").read_text(encoding="utf-8")
    assert (out / "bob" / "log").stat().st_size > 0

    # and only who has no grade would be graded if it were run again
    found, _ = handed_in(submissions, out)
    jobs = jobs_of(found, out, the_plan(), (), Console(file=io.StringIO()))
    assert [job.name for job in jobs] == ["alice"]


@pytest.mark.slow
@pytest.mark.timeout(GRADING_S)
def test_ctrl_c_ends_all_that_was_started(submissions: Path) -> None:
    # given a grading of which a server runs, and says nothing
    hanging = submissions / "alice" / "attempt" / "__main__.py"
    hanging.write_text("import time\ntime.sleep(600)\n")
    out = submissions.with_name("grades")
    with grading(submissions, out) as process:
        wait_until(lambda: servers(process), "a server runs")
        family = psutil.Process(process.pid).children(recursive=True)

        # when Ctrl-C is pressed
        process.send_signal(signal.SIGINT)

        # then nothing is left, of processes or of folders, and the pages are there
        assert process.wait(STOP_S) == 1
        assert alive(family) == []
        assert list(out.with_name("temporary").glob("[cs]*-*/")) == []
        assert (out / "index.html").exists()
