"""Makes an animal and has it graded, by the command that instructors use, in its own processes."""

import asyncio
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from tests.checklist.grade_file import BadGradeFile, Grade, read_grade
from tests.checklist.zoo.animal import ROOT, Animal, make
from tests.checklist.zoo.hostile import STRAGGLER

# A full grading takes two minutes, and may have to wait for the quiet part of another.
LONGEST_S = 600
FAREWELL_S = 5  # for a grader that is stopped to end what it has started
LAST_LINES = 5


class NoGrade(Exception):
    """Raised when there is no grade of an animal: the grader failed, not the animal."""


async def grade(animal: Animal, full: bool) -> Grade:
    """The animal's grade. Raises StaleVariant if it cannot be made, and NoGrade.

    If it is cancelled, the grader is stopped, and ends what it has started.
    """
    with tempfile.TemporaryDirectory() as name:
        submission, file = Path(name) / animal.name, Path(name) / "grade.json"
        submission.mkdir()
        make(animal, submission)
        told = await _run("tests.checklist", str(submission), "--json", str(file), *_flags(full))
        try:
            return read_grade(file)
        except BadGradeFile as error:
            raise NoGrade(f"{error}; the grader said:\n{told}") from error


def _flags(full: bool) -> list[str]:
    return ["--full"] if full else []


async def _run(*command: str) -> str:
    """Run a module of ours to its end, whatever its exit code; the last lines that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *command,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), LONGEST_S)
    except TimeoutError:
        raise NoGrade(f"no end within {LONGEST_S} s") from None
    finally:
        if process.returncode is None:
            await _stop(process)
    return "\n".join(output.decode(errors="replace").splitlines()[-LAST_LINES:])


async def _stop(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGINT)
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), FAREWELL_S)
    if process.returncode is None:
        process.kill()
        await process.wait()


def end_stragglers() -> list[int]:
    """The numbers of the processes that an animal left behind: there should be none, and then
    there are.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if STRAGGLER in process.cmdline():
                process.kill()
                found.append(process.pid)
    return found
