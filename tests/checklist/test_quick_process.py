"""Checks in a process of its own: it tells as it goes, and goes when nobody wants to know."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from load_test.experiment.family import alive
from tests.checklist.check import Result
from tests.checklist.judge import Finding
from tests.checklist.quick_process import QuickProcess, findings
from tests.checklist.quick_run import Line

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
SERVES, IS_THERE = "handler.serves", "processor.class_is_there"
WITHIN_S = 60.0
T = TypeVar("T")


@pytest.fixture
def submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server that ends at once, in a folder of its own."""
    # With temporary folders of its own a process waits for nobody who measures meanwhile.
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    folder = tmp_path / "attempt"
    folder.mkdir()
    (folder / "__main__.py").write_text("raise SystemExit('I do not want to')\n")
    return folder


def with_process(folder: Path, use: Callable[[QuickProcess], Awaitable[T]]) -> T:
    """What somebody gets to know from a process, which then ends with all that it started."""

    async def start_and_end() -> T:
        # Other tests of this process have servers that they share.
        others = set(psutil.Process().children(recursive=True))
        process = await QuickProcess.start(folder)
        try:
            return await asyncio.wait_for(use(process), WITHIN_S)
        finally:
            await process.end()
            assert alive({*psutil.Process().children(recursive=True)} - others) == []

    return asyncio.run(start_and_end())


async def all_lines(process: QuickProcess) -> list[Line]:
    """What it says, to its end."""
    return [line async for line in process.lines()]


def said(lines: list[Line], what: str) -> dict[str, Finding]:
    """The findings of the one line that holds such."""
    [found] = [line[what] for line in lines if what in line]
    return {each.name: each for each in findings(found)}


def test_what_the_code_says_comes_first_and_what_it_is_worth_in_the_end(submission: Path) -> None:
    async def check(process: QuickProcess) -> list[Line]:
        # What counts is what is there when it is asked, not when it was started.
        (submission / "message_processor.py").write_text(
            "class MessageProcessor:\n"
            + "".join(
                f"    def {name}(self): pass\n"
                for name in ("queue_message", "start", "flush_messages", "stop")
            )
        )
        process.check([IS_THERE])
        return await all_lines(process)

    lines = with_process(submission, check)
    first, last = said(lines, "early"), said(lines, "findings")
    assert first[IS_THERE].result is Result.PASSED
    assert SERVES not in first
    assert last[SERVES].result is Result.FAILED
    assert "I do not want to" in last[SERVES].actual
    assert last[IS_THERE].result is Result.NOT_RUN
    assert [line["scenario"] for line in lines if "scenario" in line][0] == "source"


def test_what_is_refused_is_told(submission: Path) -> None:
    async def check(process: QuickProcess) -> list[Line]:
        (submission / "__main__.py").unlink()
        process.check([IS_THERE])
        return await all_lines(process)

    [line] = with_process(submission, check)
    assert "__main__.py" in line["why"]


def test_it_can_be_ended_while_it_runs(submission: Path) -> None:
    (submission / "__main__.py").write_text("import time\ntime.sleep(1000)\n")

    async def check(process: QuickProcess) -> Line:
        process.check([SERVES])
        async for line in process.lines():
            if line.get("scenario") == "talk":
                return line
        raise AssertionError("it has ended")

    assert with_process(submission, check)["what"] == "begins"


def test_a_process_that_dies_says_why(submission: Path) -> None:
    async def check(process: QuickProcess) -> list[Line]:
        process.check(["no.check"])
        return await all_lines(process)

    [line] = with_process(submission, check)
    assert "could not be run" in line["why"]
    assert "no.check" in line["why"]
