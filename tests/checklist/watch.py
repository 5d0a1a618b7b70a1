"""Check again after each save: `python -m tests.checklist.watch [FOLDER]`.

After each save in FOLDER (attempt/) the quick checks that the changed files touch are run again,
first those that only read the code; what else is known stays, as it was before. A save while checks
run begins again. Keys: h one more hint for the first check that failed, a all checks, q quit.
"""

import asyncio
import sys
import time
from collections.abc import Sequence, Set
from pathlib import Path

from rich.console import Console

from load_test.experiment.processes import PROJECT, stop_descendants, stop_on_signals
from tests.checklist import keys, saves
from tests.checklist.arguments import Parser
from tests.checklist.grade import Plan, the_plan
from tests.checklist.hints import NoHint, find, give
from tests.checklist.judge import Finding
from tests.checklist.progress_file import PATH, Progress
from tests.checklist.quick_process import QuickProcess, findings
from tests.checklist.saves import GONE, SAVED
from tests.checklist.terminal import ScenarioProgress
from tests.checklist.touched import only_quick, scenarios_for, touched
from tests.checklist.watch_view import Picture

ATTEMPT = PROJECT / "attempt"
# Editors that format what they save, save twice; a person does not notice the wait.
SETTLE_S = 0.2
ALL, HINT, QUIT, END_OF_INPUT = "a", "h", "q", "\x04"


class Watch:
    """Answers saves and keys; runs the checks of one save at a time."""

    def __init__(self, folder: Path, plan: Plan, picture: Picture, progress: Progress) -> None:
        self._folder, self._plan, self._picture = folder, plan, picture
        self._progress = progress
        self._quick = only_quick((each.name for each in plan.checks), plan.checks, plan.scenarios)
        self._sources = saves.sources(folder)
        self._unchecked: set[str] = set()  # what a run that was cancelled leaves to the next one
        self._ready: QuickProcess | None = None  # for the next run, which saves some seconds
        self._run: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()  # cancelled, and still clearing up
        self._events: asyncio.Queue[str] = asyncio.Queue()
        self._settling = False

    async def until_quit(self, poll: bool) -> int:
        """Watch until there is an end of it; the exit code."""
        loop = asyncio.get_running_loop()

        def ring(what: str) -> None:  # in the thread that watches
            loop.call_soon_threadsafe(self._settle, what)

        try:
            with (
                saves.listening(self._folder, ring, poll) as how,
                keys.listening(self._events.put_nowait) as has_keys,
            ):
                self._picture.has_keys = has_keys
                self._check(self._quick, f"watching {self._folder.name}/ ({how})")
                while (event := await self._events.get()) not in (QUIT, END_OF_INPUT, GONE):
                    self._answer(event)
        finally:
            self._picture.say("ending what runs")
            self._cancel()
            if self._ready:
                await self._ready.end()
            await asyncio.gather(*self._ending, return_exceptions=True)
        if event == GONE:
            sys.stderr.write(f"{self._folder} is gone: begin again when it is back\n")
        return 1 if event == GONE else 0

    def _settle(self, what: str) -> None:
        """Let a save be complete before it is looked at; one event stands for all until then."""
        if what == GONE:
            self._events.put_nowait(GONE)
        elif not self._settling:
            self._settling = True
            asyncio.get_running_loop().call_later(SETTLE_S, self._events.put_nowait, SAVED)

    def _answer(self, event: str) -> None:
        if event == SAVED:
            self._settling = False
            now = saves.sources(self._folder)
            files, self._sources = saves.changed(self._sources, now), now
            names = touched(files, self._plan.checks, self._plan.rubric) & self._quick
            why = f"{', '.join(sorted(files))} saved"
            if names:
                self._check(names, why)
            elif files:
                self._picture.say(f"{why}: no quick check depends on it")
        elif event == ALL:
            self._check(self._quick, "all quick checks")
        elif event == HINT:
            self._hint()

    def _check(self, names: Set[str], why: str) -> None:
        """Run these checks, and those that were left over; whatever runs is cancelled."""
        self._cancel()
        self._unchecked |= names
        at = f"{time.strftime('%H:%M:%S')}  {why}"
        self._picture.begin(self._unchecked, f"{at}: {len(self._unchecked)} checks")
        self._run = asyncio.create_task(self._find(set(self._unchecked)))

    async def _find(self, names: Set[str]) -> None:
        """Run them, and show what they find as it comes."""
        scenarios = scenarios_for(names, self._plan.checks, self._plan.scenarios)
        process = self._ready or await QuickProcess.start(self._folder)
        self._ready = None
        try:
            process.check(names)
            with ScenarioProgress(self._picture.console, scenarios) as bar:
                async for line in process.lines():
                    match line:
                        case {"scenario": scenario, "what": what}:
                            bar.tell(scenario, what)
                        case {"early": said}:
                            self._picture.learn(findings(said))
                        case {"findings": said}:
                            self._unchecked -= names
                            self._note(findings(said))
                        case {"why": why}:
                            self._picture.say(why)
        finally:
            await process.end()
        self._picture.end()
        self._ready = await QuickProcess.start(self._folder)

    def _note(self, found: Sequence[Finding]) -> None:
        """Remember it for the hints, and show it; a full disk is no reason to stop watching."""
        self._picture.learn(found)
        try:
            self._progress.note(found)
        except OSError as error:
            self._picture.say(f"the progress could not be kept: {error}")
        if self._progress.notice:
            self._picture.say(self._progress.notice)
            self._progress.notice = ""

    def _cancel(self) -> None:
        if self._run:
            self._run.cancel()
            self._ending.add(self._run)
            self._run.add_done_callback(self._ending.discard)
            self._run = None

    def _hint(self) -> None:
        rubric = self._plan.rubric
        try:
            entry = find(rubric, None, self._progress.marks)
            self._picture.say("\n".join(give(rubric, entry, self._progress)))
        except NoHint as nothing:
            self._picture.say(str(nothing))


def main() -> int:
    """Returns the exit code: 0 if the user ended it, 1 if the folder went, 2 if there is none."""
    parser = Parser("python -m tests.checklist.watch", __doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ATTEMPT, help="attempt/ by default")
    parser.add_argument(
        "--poll", action="store_true", help="look for saves, do not wait to be told"
    )
    parser.add_argument("--progress", type=Path, default=PATH, help="kept there (%(default)s)")
    options = parser.parse_args()
    if not (options.folder / "__main__.py").is_file():
        sys.stderr.write(f"{parser.prog}: {missing(options.folder)}\n")
        return 2
    stop_on_signals()
    try:
        plan = the_plan()
        folder, picture = options.folder.resolve(), Picture(plan.rubric, Console())
        watch = Watch(folder, plan, picture, Progress(folder, options.progress))
        return asyncio.run(watch.until_quit(options.poll))
    except KeyboardInterrupt:
        return 0  # which is how one ends it where there are no keys
    finally:
        stop_descendants()


def missing(folder: Path) -> str:
    """What to do where there is no submission in a folder."""
    if folder.resolve() == ATTEMPT:
        return "there is no attempt/ yet: make attempt copies the challenge"
    return f"{folder} holds no __main__.py, so it is no server's package"


if __name__ == "__main__":
    sys.exit(main())
