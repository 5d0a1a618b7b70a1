"""Scenarios performed on a submission: two at a time, and alone those that need quiet.

Whatever happens in one, the others are performed. Two at a time halve the waiting, of which most
scenarios consist; more would make slow what is no fault of the submission.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from typing import Any

import psutil

from load_test.experiment.clients import CannotConnect
from load_test.experiment.family import bearers, marks_of_ours
from load_test.experiment.processes import ProcessFailed
from tests.checklist.sandbox.quiet import alone, among_others
from tests.checklist.scenario import Scenario
from tests.checklist.staging import Stages
from tests.checklist.trouble import Trouble, Word

log = logging.getLogger(__name__)

AT_ONCE = 2
ENOUGH_HANGS = 2  # once may be the machine's fault
BEGINS, SEEN = "begins", "seen"
LOOK_AGAIN_S = 0.1

Tell = Callable[[str, str], None]


def perform(scenarios: Sequence[Scenario], stages: Stages, tell: Tell) -> dict[str, Any]:
    """The evidence of each scenario by its name, or the Trouble that there was instead.

    `tell` hears, from any thread, the name of a scenario and that it begins; then what became of
    it: seen, or the word of its trouble. Afterwards no process of the submission is left.
    """
    return _Performance(stages, tell).all(scenarios)


class _Performance:
    """The scenarios of one submission."""

    def __init__(self, stages: Stages, tell: Tell) -> None:
        self._stages, self._tell = stages, tell
        self._hung: list[Trouble] = []  # one for each time that it did not start

    @property
    def _hangs(self) -> bool:
        return len(self._hung) >= ENOUGH_HANGS

    def all(self, scenarios: Sequence[Scenario]) -> dict[str, Any]:
        """What came of each scenario, by its name."""
        with among_others():
            evidence = self._together([each for each in scenarios if not each.quiet])
        self._stages.end_processes()
        for each in scenarios:
            if each.quiet:
                # Nobody has to be waited for to know again what hangs.
                with nullcontext() if self._hangs else alone():
                    evidence[each.name] = self._one(each)
        self._stages.end_processes()
        return evidence

    def _together(self, scenarios: Iterable[Scenario]) -> dict[str, Any]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = {each.name: pool.submit(self._one, each) for each in scenarios}
            try:
                return {name: future.result() for name, future in futures.items()}
            except BaseException:  # Ctrl-C
                pool.shutdown(wait=False, cancel_futures=True)
                _stop(futures.values())
                raise

    def _one(self, scenario: Scenario) -> Any:
        self._tell(scenario.name, BEGINS)
        # Waiting for what does not start takes long, and it will not start the next time.
        seen = self._hung[0] if self._hangs else self._see(scenario)
        self._tell(scenario.name, seen.word if isinstance(seen, Trouble) else SEEN)
        return seen

    def _see(self, scenario: Scenario) -> Any:
        try:
            return scenario.run(self._stages.stage(scenario.name))
        except Trouble as trouble:
            return trouble
        except ProcessFailed as error:
            found = _trouble(error)
            if error.at_start and error.timed_out:
                self._hung.append(found)
            return found
        except CannotConnect as error:
            return Trouble(Word.NO_EVIDENCE, str(error))
        except Exception as error:  # of ours, or evidence of a kind that nobody had thought of
            log.exception("scenario %s failed", scenario.name)
            return Trouble(Word.GRADER_FAILED, f"{type(error).__name__}: {error}")


def _trouble(error: ProcessFailed) -> Trouble:
    if error.timed_out:
        return Trouble(Word.TIMED_OUT, str(error))
    return Trouble(Word.CRASHED if error.ended else Word.NO_EVIDENCE, str(error))


def _stop(futures: Collection[Future[Any]]) -> None:
    """End all servers until no scenario runs any more: without one, each of them fails."""
    while not all(future.done() for future in futures):
        for process in bearers(marks_of_ours()):
            with suppress(psutil.Error):
                process.kill()
        time.sleep(LOOK_AGAIN_S)
