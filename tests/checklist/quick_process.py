"""The process that runs some quick checks, seen from who wants to know what they find."""

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Self

from load_test.experiment.family import Family, new_mark
from load_test.experiment.processes import PROJECT
from tests.checklist.check import Result
from tests.checklist.judge import Finding
from tests.checklist.quick_run import Line

MODULE = "tests.checklist.quick_run"
MOST_LINE_BYTES = 10_000_000  # a hundred findings, with texts of some thousand characters each
STOP_S = 5.0  # that it has to end its servers and to clear up


class QuickProcess:
    """Started ahead of time; told once what to check; must be ended, which it can be any time."""

    def __init__(self, process: Process, family: Family, errors: IO[bytes]) -> None:
        self._process, self._family, self._errors = process, family, errors

    @classmethod
    async def start(cls, submission: Path) -> Self:
        """Get ready to check the submission in this folder, as it will be then."""
        mark = new_mark()
        with ExitStack() as stack:
            errors = stack.enter_context(tempfile.TemporaryFile())
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", MODULE, str(submission),
                cwd=PROJECT, env={**os.environ, mark: "1"}, start_new_session=True,
                stdin=PIPE, stdout=PIPE, stderr=errors, limit=MOST_LINE_BYTES,
            )  # fmt: skip
            stack.pop_all()
        return cls(process, Family(process.pid, mark), errors)

    def check(self, names: Iterable[str]) -> None:
        """Let it run these checks, and what they need."""
        assert self._process.stdin
        self._process.stdin.write(" ".join(sorted(names)).encode() + b"\n")

    async def lines(self) -> AsyncIterator[Line]:
        """What it says until it ends; in the end `why`, if it ended badly."""
        assert self._process.stdout
        async for line in self._process.stdout:
            yield json.loads(line)
        if await self._process.wait():
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").splitlines() or ["no reason given"]
            yield {"why": f"the checks could not be run: {said[-1]}"}

    async def end(self) -> None:
        """End it, and all that it started, if it has not ended by itself."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            self._family.kill()
        finally:
            self._errors.close()


def findings(said: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """The findings in a line, from what stands there."""
    return [
        Finding(**dict(each) | {"result": Result(each["result"]), "hints": tuple(each["hints"])})
        for each in said
    ]
