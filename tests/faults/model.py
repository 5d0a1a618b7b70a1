"""Model-based: random steps of all kinds, and after each the promises of the contract.

Hypothesis chooses the steps and, when a promise breaks, finds the shortest way to break it. The
storage is the product's own, on a real folder. A crash is a new life over a copy of the folder as
it was in the middle of a write; the old one is dropped, and its thread ends where nobody looks.
"""

import errno
import itertools
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import eventlet
import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import challenge.data_manager
import solution.data_manager
from challenge.errors import QueueFull, StorageUnavailable
from challenge.files import TEMPORARY
from challenge.healing import message_file
from tests.faults import model_promises as promises
from tests.faults.model_disk import CALLS, FOR_GOOD
from tests.faults.model_life import MAX_QUEUED, ChallengeLife, Life, SolutionLife
from tests.faults.outcome import Outcome

STEPS = 50
ROOMS = st.sampled_from(("lobby", "terrace"))
FIRST_RETRY_S, LONGEST_RETRY_S = 0.001, 0.002  # instead of the product's: the same, but shorter
POLL_S = 0.0005
# Not a promise: on a machine with much else to do a sync alone can take seconds.
WAIT_S = 20
CHECK = "the_promises_hold()"  # stands between all steps of an example


class StorageModel(RuleBasedStateMachine):
    """A server's storage that is used, disturbed, killed and started again."""

    def __init__(
        self, life_of: type[Life], folder: Path, outcome: Outcome, tick: Callable[[], None]
    ) -> None:
        super().__init__()
        self._life_of, self._outcome, self._tick = life_of, outcome, tick
        self._folder = folder / f"example-{outcome.rounds}"  # none has the folder of another
        self._folders = (self._folder / f"life-{number}" for number in itertools.count(1))
        self._room_of: dict[str, str] = {}  # by the ids of all that was ever accepted
        first = next(self._folders)
        first.mkdir(parents=True)
        self._life = life_of(first)

    def teardown(self) -> None:
        """Count, and remove the folders."""
        self._end_life()
        shutil.rmtree(self._folder, ignore_errors=True)  # a dead life's thread may still write
        self._outcome.rounds += 1
        self._tick()

    @rule(room_id=ROOMS, count=st.integers(1, MAX_QUEUED + 1))
    def put(self, room_id: str, count: int) -> None:
        """Messages come, more than may wait perhaps; none is stored before somebody waits."""
        for _ in range(count):
            self._put(room_id, "minji")

    @rule(room_id=ROOMS)
    def put_one_that_spoils(self, room_id: str) -> None:
        """A message comes that cannot be written."""
        self._put(room_id, promises.SPOILING)

    @rule()
    def flush(self) -> None:
        """Let the server work until nothing waits, or until it is clear that it cannot."""
        self._work()
        if not self._life.backlog.messages:
            promises.work_is_done(self._life)

    @rule(room_id=ROOMS, count=st.integers(1, MAX_QUEUED))
    def put_and_flush(self, room_id: str, count: int) -> None:
        """What happens most: both, one after the other."""
        self.put(room_id, count)
        self.flush()

    @rule(
        call=st.sampled_from(CALLS),
        times=st.sampled_from((1, 4, FOR_GOOD)),
        error=st.sampled_from((errno.ENOSPC, errno.EIO)),
    )
    def fail(self, call: str, times: int, error: int) -> None:
        """Let one call of ``files`` fail."""
        self._life.disk.fail(call, times, error)

    @rule()
    def recover(self) -> None:
        """Repair the disk."""
        self._life.disk.recover()

    @rule(call=st.sampled_from(CALLS), torn=st.booleans())
    def crash(self, call: str, torn: bool) -> None:
        """Kill the server right before its next such call, or at rest if none comes."""
        self._life.disk.stop_at(call)
        self._work()
        self._outcome.faults += 1
        self._next_life(torn)

    @rule()
    def restart(self) -> None:
        """End as at SIGTERM: what waits is stored or, if the disk refuses, told; then start."""
        self._life.backlog.closed = True
        self._wait(lambda: not self._life.backlog.messages, "the end of the drain")
        promises.files_hold_what_was_accepted(self._life)
        promises.books_balance(self._life)
        self._next_life(torn=False)

    @rule(
        room_id=ROOMS,
        limit=st.integers(1, 10),
        side=st.sampled_from(("", "before", "after")),
        anchor=st.integers(0, 50),
    )
    def read(self, room_id: str, limit: int, side: str, anchor: int) -> None:
        """Read a page of a room's history, at rest: else more is stored while it is read."""
        self._work()
        own = [each for each in self._life.readable if self._room_of[each] == room_id]
        expected, where = own[-limit:], {}
        if side and own:
            at = anchor % len(own)
            where = {side: own[at]}
            expected = own[:at][-limit:] if side == "before" else own[at + 1 :][:limit]
        failures = self._life.disk.failures
        try:
            page = [record["id"] for record in self._life.page(room_id, limit, **where)]
        except OSError:
            assert self._life.disk.failures > failures, "a page that the disk gives was not read"
        else:
            assert page == expected, f"a page of {expected} reads {page}"

    @invariant()
    def the_promises_hold(self) -> None:
        """After each step."""
        promises.files_hold_what_was_accepted(self._life)
        promises.books_balance(self._life)

    def _put(self, room_id: str, sender: str) -> None:
        full = self._life.backlog.messages >= MAX_QUEUED
        try:
            number = self._life.put(room_id, sender)
        except (QueueFull, StorageUnavailable) as refusal:
            assert full, f"refused, though there is room: {refusal.message}"
        else:
            assert not full, "accepted, though the queue is full"
            assert number > max(self._room_of, default=""), "an id that does not rise"
            self._room_of[number] = room_id

    def _work(self) -> None:
        life, tried = self._life, self._life.disk.failures + 2
        self._wait(
            lambda: (
                not life.backlog.messages
                or life.disk.stopped.is_set()
                or (life.disk.refuses_for_good and life.disk.failures >= tried)
            ),
            "what waits being stored",
        )

    def _wait(self, condition: Callable[[], object], what: str) -> None:
        with eventlet.Timeout(WAIT_S, AssertionError(f"within {WAIT_S} s: no sign of {what}")):
            while not condition():
                eventlet.sleep(POLL_S)

    def _next_life(self, torn: bool) -> None:
        folder = next(self._folders)
        self._life.disk.copy_to(folder)
        if torn:
            (folder / (message_file(1) + TEMPORARY)).write_bytes(b'[{"id": "00')
        before = promises.ids_in(folder)
        self._end_life()
        self._life = self._life_of(folder)
        assert self._life.found == before, f"a start found {self._life.found} of {before}"
        promises.nothing_is_left_over(self._life)

    def _end_life(self) -> None:
        self._outcome.faults += self._life.disk.failures
        self._outcome.acknowledged += len(self._life.told)
        self._life.end()


@contextmanager
def quick_and_quiet() -> Iterator[None]:
    """Let the product try again soon, and not log what was done to it."""
    with pytest.MonkeyPatch.context() as patch:
        for manager in (challenge.data_manager, solution.data_manager):
            patch.setattr(manager, "FIRST_RETRY_S", FIRST_RETRY_S)
            patch.setattr(manager, "LONGEST_RETRY_S", LONGEST_RETRY_S)
        logging.disable()
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """A round is an example of `STEPS` steps; two in three are the solution's. When a promise
    breaks, the minimal example takes minutes to find, at most five.
    """
    outcome = Outcome()
    for life_of, examples in ((SolutionLife, rounds - rounds // 3), (ChallengeLife, rounds // 3)):

        class Model(StorageModel):
            def __init__(self, life_of: type[Life] = life_of) -> None:
                super().__init__(life_of, folder, outcome, tick)

        settings = hypothesis.settings(
            max_examples=max(1, examples),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=tuple(HealthCheck),
        )
        try:
            with quick_and_quiet():
                run_state_machine_as_test(hypothesis.seed(seed)(Model), settings=settings)
        except Exception as broken:  # whatever the product raises
            notes = "\n".join(getattr(broken, "__notes__", ())).splitlines()
            steps = "\n".join(line for line in notes if CHECK not in line)
            outcome.broken.append(f"{life_of.__name__}, seed {seed}: {broken!r}\n{steps}")
    return outcome
