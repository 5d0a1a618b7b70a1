"""Grade a whole class: every submission by a grader process of its own, two at a time.

What a submission does to its grader it does to that one only; the rest goes on. Stopped at any
moment, the next run goes on where it was: what has a grade from this grader for the same files is
not graded again.
"""

import secrets
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from load_test.experiment.processes import POLL_S, ProcessFailed, PythonProcess, last_lines
from tests.checklist import fingerprint
from tests.checklist.grade import FULL, Plan, not_graded
from tests.checklist.grade_file import (
    FILE_NAME,
    BadGradeFile,
    Grade,
    Status,
    clean,
    read_grade,
    write_grade,
)
from tests.checklist.handed_in import HandedIn
from tests.checklist.submission import find_submission
from tests.checklist.terminal import ClassProgress
from tests.checklist.trouble import Trouble, Word

AT_ONCE = 2  # submissions; perform keeps those apart that need the machine for themselves
LOG = "log"
# A full grading takes 2 minutes, and waits at most as long for another's quiet parts.
MOST_S = 900.0
STOP_S = 5.0  # that a grader has to stop its servers and to clear up
WRONG_USAGE = 2  # the exit code of a grader that refuses its submission


@dataclass(frozen=True)
class Job:
    """A submission to be graded, the fingerprint of its files, and where its grade goes."""

    handed_in: HandedIn
    content: str
    folder: Path

    @property
    def name(self) -> str:
        """The submission's."""
        return self.handed_in.name


@dataclass(frozen=True)
class Grader:
    """A process that grades a submission, since a moment of `time.monotonic`."""

    job: Job
    process: PythonProcess
    began_s: float

    @property
    def done(self) -> bool:
        """Whether it has ended, or taken too long."""
        return not self.process.running or time.monotonic() - self.began_s > MOST_S


def grade_class(
    submissions: Sequence[HandedIn], out: Path, plan: Plan, again: Collection[str],
    seed: int | None, console: Console,
) -> bool:  # fmt: skip
    """Grade what has no grade yet, or is to be graded again; whether all could be graded."""
    jobs = jobs_of(submissions, out, plan, again, console)
    lasts_s = sum(each.lasts_s for each in plan.scenarios) / AT_ONCE
    good = True
    with ClassProgress(console, len(jobs), lasts_s, AT_ONCE) as progress, _graders() as graders:
        waiting = list(jobs)
        while waiting or graders:
            while waiting and len(graders) < AT_ONCE:
                graders.append(_start(waiting.pop(0), seed))
                progress.begin(graders[-1].job.name)
            for grader in [each for each in graders if each.done]:
                graders.remove(grader)
                grade = _finish(grader, plan)
                progress.end(grader.job.name, grade)
                good = good and grade.status is not Status.NOT_GRADED
            time.sleep(POLL_S)
    return good


def jobs_of(
    submissions: Sequence[HandedIn], out: Path, plan: Plan, again: Collection[str],
    console: Console,
) -> list[Job]:  # fmt: skip
    """What is to be graded. What is refused gets its grade at once, and a line says so."""
    grader = fingerprint.of_grader()
    jobs, refusals = [], 0
    for each in submissions:
        folder = out / each.name
        folder.mkdir(exist_ok=True)
        try:
            content = _content(each)
        except Trouble as trouble:
            refused = not_graded(each.name, Status.REFUSED, trouble.detail, plan)
            write_grade(refused, folder / FILE_NAME)
            _say(console, f"{each.name}: {trouble}")
            refusals += 1
            continue
        if each.name in again or not _is_graded(folder, content, grader):
            jobs.append(Job(each, content, folder))
    kept = len(submissions) - len(jobs) - refusals
    _say(console, f"{len(jobs)} to grade, {kept} have their grade, {refusals} refused")
    return jobs


def _content(submission: HandedIn) -> str:
    """The fingerprint of its files. Raises Trouble if it is refused."""
    try:
        with tempfile.TemporaryDirectory(prefix="submission-") as unpacked:
            found = find_submission(submission.path, Path(unpacked))
            return fingerprint.of_package(found.package)
    except OSError as error:
        raise Trouble(Word.REFUSED, f"not all of it can be read: {error}") from error


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _is_graded(folder: Path, content: str, grader: str) -> bool:
    try:
        grade = read_grade(folder / FILE_NAME)
    except BadGradeFile:
        return False
    made = (grade.status, grade.mode, grade.content, grade.grader)
    return made == (Status.GRADED, FULL, content, grader)


def _start(job: Job, seed: int | None) -> Grader:
    """Start the grader of a submission; what was its grade until now is none any more."""
    (job.folder / FILE_NAME).unlink(missing_ok=True)
    flags = [
        str(job.handed_in.path.resolve()), "--full", "--json", str(job.folder / FILE_NAME),
        "--seed", str(secrets.randbelow(2**32) if seed is None else seed),
    ]  # fmt: skip
    process = PythonProcess("tests.checklist", flags, job.folder / LOG, {"PYTHONUNBUFFERED": "1"})
    return Grader(job, process, time.monotonic())


def _finish(grader: Grader, plan: Plan) -> Grade:
    """The grade of a submission whose grader is done; one that says why, if there is none."""
    job, process = grader.job, grader.process
    problem = ""
    if process.running:
        problem = f"the grader took longer than {MOST_S:g} s"
        _stop([grader])
    process.kill()  # whatever it left behind
    path = job.folder / FILE_NAME
    try:
        return read_grade(path)
    except BadGradeFile:
        code = process.process.returncode
        lines = "\n".join(clean(line) for line in last_lines(process.log))
        if code == WRONG_USAGE:
            grade = not_graded(job.name, Status.REFUSED, lines, plan)
        else:
            problem = problem or f"the grader ended with exit code {code}"
            grade = not_graded(job.name, Status.NOT_GRADED, f"{problem}; see log\n{lines}", plan)
        write_grade(grade, path)
        return grade


@contextmanager
def _graders() -> Iterator[list[Grader]]:
    """The graders that run; those that still do at the end are stopped, and clear up."""
    running: list[Grader] = []
    try:
        yield running
    finally:
        _stop(running)


def _stop(graders: Sequence[Grader]) -> None:
    for each in graders:
        each.process.ask_to_stop()
    for each in graders:
        try:
            each.process.wait(STOP_S)
        except ProcessFailed:
            pass  # it is killed now, with all that it started
        each.process.kill()
