"""Runs checks on a copy of the repository, broken or not, in a process of their own."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("challenge", "solution", "observability", "load_test", "tests", "pyproject.toml")
EXPERIMENT = "faults:"
LONGEST_S = 300  # all checks together; one takes some 2 s, and if it hangs pytest ends it after 60
LAST_LINES = 5  # of a check's output, to tell why it ended as it did


class BadCheck(Exception):
    """A check neither passed nor failed: it does not exist, or could not run."""


@dataclass(frozen=True)
class Result:
    """Whether checks passed, and how their output ended."""

    passed: bool
    told: str


def copy_of_ours(folder: Path) -> None:
    """Fill an empty folder with what checks need. Compiled files come along: they save a second."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy2(source, folder)


async def run_checks(checks: Sequence[str], folder: Path) -> Result:
    """Run checks of one kind on the packages in a folder until one fails. Raises BadCheck.

    If it is cancelled, what it started is killed, servers under test included.
    """
    process = await asyncio.create_subprocess_exec(
        *command(checks),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), LONGEST_S)
    except TimeoutError:
        raise BadCheck(f"{' '.join(checks)}: no end within {LONGEST_S} s") from None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    told = "\n".join(output.decode(errors="replace").splitlines()[-LAST_LINES:])
    if process.returncode not in (0, 1):
        raise BadCheck(f"{' '.join(checks)} ended with code {process.returncode}:\n{told}")
    return Result(process.returncode == 0, told)


def command(checks: Sequence[str]) -> list[str]:
    """The command line of some checks of one kind: its exit code is 0 if all pass, 1 if not."""
    if checks[0].startswith(EXPERIMENT):
        names = [check.removeprefix(EXPERIMENT) for check in checks]
        return [sys.executable, "-m", "tests.faults", "--form", "short", *names]
    options = ["-n0", "-x", "-q", "-m", "", "-p", "no:cacheprovider"]
    return [sys.executable, "-m", "pytest", *options, *checks]
