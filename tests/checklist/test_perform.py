"""All scenarios are performed, two at a time, the quiet ones alone, whatever happens in one."""

import fcntl
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from load_test.experiment.clients import CannotConnect
from load_test.experiment.prepared import Prepared
from load_test.experiment.processes import ProcessFailed, PythonProcess
from load_test.experiment.traces import Traces
from tests.checklist.perform import AT_ONCE, ENOUGH_HANGS, perform
from tests.checklist.sandbox.launcher import Sandbox
from tests.checklist.sandbox.quiet import among_others
from tests.checklist.sandbox.stragglers import Orphans
from tests.checklist.scenario import Scenario, Stage
from tests.checklist.staging import Stages
from tests.checklist.trouble import Trouble, Word
from tests.load_test.experiment.conftest import make_package

WITHIN_S = 5.0


@pytest.fixture(autouse=True)
def own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for the machine's lock that no other grading uses."""
    monkeypatch.setattr("tests.checklist.sandbox.quiet.FOLDER", str(tmp_path))


@pytest.fixture
def stages(own_machine: None, tmp_path: Path) -> Stages:
    """Stages on which nothing has been prepared."""
    folder = tmp_path / "stages"
    folder.mkdir()
    return Stages(
        isolation="none",
        folder=folder,
        sandbox=Sandbox(workspace=tmp_path, home=tmp_path),
        orphans=Orphans(),
        prepared=Prepared(tmp_path, (), ()),
        traces=Traces({}, None),
        declared="",
        seed=1,
    )


def named(name: str, run: Callable[[Stage], Any], quiet: bool = False) -> Scenario:
    return Scenario(name, name.title(), 1.0, full=False, quiet=quiet, run=run)


def silent(name: str, what: str) -> None:
    """Tell nobody."""


def test_evidence_goes_by_name(stages: Stages) -> None:
    told = []
    scenarios = [named(name, lambda stage: stage.folder) for name in ("talk", "books", "kill")]

    evidence = perform(scenarios, stages, lambda name, what: told.append((name, what)))

    assert list(evidence) == ["talk", "books", "kill"]
    assert len(set(evidence.values())) == 3  # each has had a folder of its own
    assert all(folder.is_dir() for folder in evidence.values())
    for name in evidence:
        assert [what for each, what in told if each == name] == ["begins", "seen"]


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (Trouble(Word.REFUSED, "not like that"), Word.REFUSED),
        (ProcessFailed("attempt", "ended", Path("log"), ended=True), Word.CRASHED),
        (ProcessFailed("attempt", "hung", Path("log"), timed_out=True), Word.TIMED_OUT),
        (ProcessFailed("attempt", "hung", Path("log"), True, True), Word.TIMED_OUT),
        (ProcessFailed("attempt", "talked nonsense", Path("log")), Word.NO_EVIDENCE),
        (CannotConnect("no answer"), Word.NO_EVIDENCE),
    ],
)
def test_trouble_stands_in_the_place_of_evidence(
    stages: Stages, error: Exception, word: Word, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(stage: Stage) -> None:
        raise error

    told = []
    scenarios = [named("bad", fail), named("good", lambda stage: 1)]

    evidence = perform(scenarios, stages, lambda name, what: told.append((name, what)))

    assert evidence["bad"].word is word
    assert evidence["bad"].detail in str(error)
    assert evidence["good"] == 1
    assert ("bad", word) in told
    assert not caplog.records


def test_an_error_that_nobody_expected_is_logged_and_said_to_be_the_graders(
    stages: Stages, caplog: pytest.LogCaptureFixture
) -> None:
    evidence = perform([named("odd", lambda stage: 1 / 0)], stages, silent)

    assert evidence["odd"] == Trouble(Word.GRADER_FAILED, "ZeroDivisionError: division by zero")
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None


def test_what_hangs_at_its_start_is_not_waited_for_again_and_again(stages: Stages) -> None:
    waited = []

    def hang(stage: Stage) -> None:
        waited.append(stage)
        hung = ProcessFailed("attempt", "hung", Path("log"), timed_out=True)
        hung.at_start = True
        raise hung

    evidence = perform([named(str(number), hang) for number in range(9)], stages, silent)

    assert set(evidence.values()) == {Trouble(Word.TIMED_OUT, "attempt hung")}
    assert len(waited) <= ENOUGH_HANGS + 1  # one may have begun when the other gave up


@pytest.mark.timeout(10)
def test_what_hangs_waits_for_nobody_who_keeps_the_machine_busy(stages: Stages) -> None:
    def hang(stage: Stage) -> None:
        hung = ProcessFailed("attempt", "hung", Path("log"), timed_out=True)
        hung.at_start = True
        raise hung

    scenarios = [named(str(number), hang) for number in range(ENOUGH_HANGS)]
    with among_others():  # another grading, which does not end
        evidence = perform([*scenarios, named("quiet", hang, quiet=True)], stages, silent)

    assert evidence["quiet"] == Trouble(Word.TIMED_OUT, "attempt hung")


def test_two_run_at_a_time(stages: Stages) -> None:
    together = threading.Barrier(AT_ONCE, timeout=WITHIN_S)
    running: list[str] = []
    crowd: list[int] = []

    def meet(stage: Stage) -> None:
        running.append("one")
        crowd.append(len(running))
        together.wait()
        running.pop()

    perform([named(str(number), meet) for number in range(2 * AT_ONCE)], stages, silent)

    assert max(crowd) == AT_ONCE


def test_who_needs_quiet_comes_last_and_has_the_machine(stages: Stages, tmp_path: Path) -> None:
    order = []

    def is_alone(stage: Stage) -> bool:
        order.append("quiet")
        (lock,) = tmp_path.glob("*.room")
        with lock.open() as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    quiet = [named(name, is_alone, quiet=True) for name in ("first", "second")]
    loud = named("loud", lambda stage: order.append("loud"))

    evidence = perform([*quiet, loud], stages, silent)

    assert order == ["loud", "quiet", "quiet"]
    assert evidence["first"] and evidence["second"]


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, however the tests were started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
def test_ctrl_c_ends_the_servers_and_with_them_the_scenarios(
    stages: Stages, tmp_path: Path, interrupts: None
) -> None:
    # given two scenarios whose servers never end, and another one that waits for its turn
    package = make_package(tmp_path, "server", "import time; time.sleep(60)")
    started: list[PythonProcess] = []
    late: list[str] = []

    def run(stage: Stage) -> int:
        with PythonProcess("server", (), stage.log("server"), {}, package.folder) as process:
            started.append(process)
            if len(started) == AT_ONCE:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            return process.wait(60)

    scenarios = [named(str(number), run) for number in range(AT_ONCE)]
    scenarios.append(named("late", lambda stage: late.append("ran")))
    began_s = time.monotonic()

    # when Ctrl-C is pressed
    with pytest.raises(KeyboardInterrupt):
        perform(scenarios, stages, silent)

    # then it ends at once, and nothing is left
    assert time.monotonic() - began_s < WITHIN_S
    assert len(started) == AT_ONCE
    assert not any(process.running for process in started)
    assert late == []
