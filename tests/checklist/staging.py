"""Where a submission is graded: a copy of it in a sandbox, users that nobody knows, a trace store.

Everything lies in one temporary folder, with names that say nothing. It goes at the end, and what
is left of the submission's processes goes before that.
"""

import random
import secrets
import shutil
import string
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from load_test.experiment.prepared import Names, Prepared, prepare
from load_test.experiment.processes import PROJECT
from load_test.experiment.servers import Package
from load_test.experiment.settings import Settings
from load_test.experiment.traces import Traces, open_traces
from tests.checklist.sandbox import workspace
from tests.checklist.sandbox.isolation import PASSAGE, Way, best_way
from tests.checklist.sandbox.launcher import Sandbox
from tests.checklist.sandbox.quiet import among_others
from tests.checklist.sandbox.stragglers import Orphans, end_user
from tests.checklist.scenario import Stage
from tests.checklist.submission import Submission, declared_acknowledgement

# Ten people are enough to see who gets what, and their passwords are hashed in a second.
PARTY = Settings(users=10, rooms=2, history=200)
CHALLENGE = Package("challenge", PROJECT)
ANSWER = "ANSWER.md"
WORD_CHARACTERS = 10


@dataclass(frozen=True)
class Stages:
    """The stages of one grading; `isolation` is the name of the level that this machine offers."""

    isolation: str
    folder: Path
    sandbox: Sandbox
    orphans: Orphans
    prepared: Prepared
    traces: Traces
    declared: str
    seed: int

    def stage(self, scenario_name: str) -> Stage:
        """The stage of a scenario, in a folder of its own; the same seed, the same chance."""
        # A submission sees the path of its data, which is not to tell what comes.
        folder = Path(tempfile.mkdtemp(prefix="data-", dir=self.folder))
        folder.chmod(PASSAGE)
        return Stage(
            submission=Package(workspace.PACKAGE, self.sandbox.workspace, self.sandbox),
            challenge=CHALLENGE,
            prepared=self.prepared,
            traces=self.traces,
            folder=folder,
            chance=random.Random(f"{self.seed} {scenario_name}"),
            declared=self.declared,
        )

    def with_copy_of(self, submission: Submission) -> Self:
        """The same, with a copy of this submission in place of what the sandbox held.

        Raises Trouble if the submission is refused.
        """
        for path in self.sandbox.workspace.iterdir():
            shutil.rmtree(path)
        workspace.fill(self.sandbox.workspace, submission.package)
        return replace(self, declared=_declared(self.sandbox.workspace))

    def end_processes(self) -> None:
        """End whatever the submission's servers have left behind."""
        if self.sandbox.uid is not None:
            end_user(self.sandbox.uid)
        self.orphans.end()


@contextmanager
def open_stages(submission: Submission, seed: int, way: Way | None = None) -> Iterator[Stages]:
    """The stages of a submission, isolated in the best way, or in `way`.

    Raises Trouble if the submission is refused, and ProcessFailed if our own servers do not start.
    """
    way = way or best_way()
    with tempfile.TemporaryDirectory(prefix="chat-") as name:
        folder = Path(name)
        sandbox = way.sandbox(folder)
        workspace.fill(sandbox.workspace, submission.package)
        ours = folder / "ours"
        ours.mkdir(mode=0o700)
        with _opened(ours) as (prepared, traces):
            stages = Stages(
                isolation=way.level,
                folder=folder,
                sandbox=sandbox,
                orphans=Orphans(),
                prepared=prepared,
                traces=traces,
                declared=_declared(sandbox.workspace),
                seed=seed,
            )
            try:
                yield stages
            finally:
                stages.end_processes()


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Prepared, Traces]]:
    """Users, and a store that nobody's environment has a say in, both made at the same time."""
    names = Names(_words(PARTY.users), _words(PARTY.rooms), _word())
    with ExitStack() as stack:
        with among_others(), ThreadPoolExecutor(1) as pool:
            log = folder / "prepare.log"
            making = pool.submit(prepare, CHALLENGE, PARTY, folder / "data", log, names)
            store = open_traces(folder / "traces.db", folder / "traces.log", environ={})
            traces = stack.enter_context(store)
            prepared = making.result()
        yield prepared, traces


def _declared(there: Path) -> str:
    answer = there / workspace.PACKAGE / ANSWER
    if not answer.is_file():
        return ""
    return declared_acknowledgement(answer.read_text(encoding="utf-8", errors="replace"))


def _words(number: int) -> tuple[str, ...]:
    return tuple(_word() for _ in range(number))


def _word() -> str:
    """A word that nobody has thought of before."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(WORD_CHARACTERS))
