"""Some quick checks in a process of its own: `python -m tests.checklist.quick_run FOLDER`.

It sets the stage, waits for a line on its standard input with the names of the checks, takes a copy
of the submission as it is then, and prints what it knows as soon as it knows it, a JSON object on
each line: the name of a `scenario` and `what` becomes of it; `early`, findings of the checks that
only read the code; in the end `findings`, of all; or `why` there are none. It ends, with everything
that it started, when its standard input ends: so nothing outlives who wanted to know, not even if
that was killed. The price of one that waits is a trace store that nobody uses yet, and 100 MB.
"""

import json
import os
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from load_test.experiment.processes import (
    PROJECT,
    ProcessFailed,
    stop_descendants,
    stop_on_signals,
)
from tests.checklist.check import Check
from tests.checklist.grade import Plan, the_plan
from tests.checklist.grade_file import clean
from tests.checklist.judge import ItemGrade, judge
from tests.checklist.perform import perform
from tests.checklist.staging import open_stages
from tests.checklist.submission import Submission, find_submission
from tests.checklist.touched import looked_at, scenarios_for
from tests.checklist.trouble import Trouble

SOURCE = "source"  # the scenario that starts no server
MOST_SEED = 2**32 - 1
READ_BYTES = 4_096
# Stands in the workspace while it is not known yet what to check.
PLACEHOLDER = Submission("challenge", PROJECT / "challenge")

Line = dict[str, Any]


def run(submission: Path, plan: Plan, asked: SimpleQueue[list[str]]) -> None:
    """Run the checks of these names, and tell of it. Raises Trouble and ProcessFailed."""
    with (
        tempfile.TemporaryDirectory(prefix="quick-run-") as folder,
        open_stages(PLACEHOLDER, secrets.randbelow(MOST_SEED + 1)) as empty,
    ):
        scenarios = scenarios_for(asked.get(), plan.checks, plan.scenarios)
        stages = empty.with_copy_of(find_submission(submission, Path(folder)))
        evidence = perform([each for each in scenarios if each.name == SOURCE], stages, _tell)
        _tell_findings("early", judge(evidence, _by_themselves(plan.checks), plan.rubric))
        evidence |= perform([each for each in scenarios if each.name != SOURCE], stages, _tell)
    _tell_findings("findings", judge(evidence, plan.checks, plan.rubric))


def main() -> int:
    """Returns the exit code: 0 if it could tell what was found, or why there is nothing."""
    stop_on_signals()
    asked: SimpleQueue[list[str]] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    try:
        run(Path(sys.argv[1]), the_plan(), asked)
    except (Trouble, ProcessFailed) as error:
        _say({"why": str(error)})
    except (KeyboardInterrupt, BrokenPipeError):  # nobody wants to know any more
        return 1
    finally:
        stop_descendants()
    return 0


def _listen(asked: SimpleQueue[list[str]]) -> None:
    """Hear what is asked; when there is nobody left to ask, end as Ctrl-C does."""
    text = b""  # read without a buffer, whose lock would be held when the process ends
    while data := os.read(sys.stdin.fileno(), READ_BYTES):
        text += data
        if text.endswith(b"\n"):
            asked.put(text.decode().split())
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _by_themselves(checks: Iterable[Check]) -> list[Check]:
    """The checks, and those that only read the code need none that runs it."""
    reading = {each.name for each in checks if each.on == (SOURCE,)}
    return [
        replace(each, needs=tuple(reading & set(each.needs))) if each.name in reading else each
        for each in checks
    ]


def _tell(scenario: str, what: str) -> None:
    _say({"scenario": scenario, "what": what})


def _tell_findings(what: str, items: Iterable[ItemGrade]) -> None:
    """Tell of those that were looked at, in their order, with texts of a bounded length."""
    found = looked_at(each for item in items for each in item.findings)
    texts = ({"expected": clean(each.expected), "actual": clean(each.actual)} for each in found)
    _say({what: [asdict(each) | text for each, text in zip(found, texts, strict=True)]})


def _say(line: Line) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
