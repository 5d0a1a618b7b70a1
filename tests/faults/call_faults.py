"""Every call to the disk fails, once, for a while or for good: nothing untrue is ever told.

A message that is told as stored must be on the disk at that moment, by the strict rules of
``storage_disk``: written, synced, and under a synced name. Every message gets one outcome, in
order; after the trouble the first is stored within a second; in trouble without end all who wait
are told so once the server closes.
"""

import errno
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import eventlet
import pytest

from challenge import data_manager as challenge_data
from challenge.errors import ShuttingDown, StorageUnavailable
from challenge.healing import heal
from challenge.models import Message
from solution import data_manager as solution_data
from tests.faults.outcome import Outcome
from tests.faults.storage_calls import Call, watched
from tests.faults.storage_disk import Disk
from tests.faults.storage_servers import (
    SERVERS,
    Storage,
    log_lines,
    mark,
    messages_in,
    quick_folder,
    read_back,
)

ENDLESS = 1 << 30
ONCE, FOR_A_WHILE, FOR_GOOD = (1, 1), (2, 4), (ENDLESS, ENDLESS)  # how often, fewest and most
LATEST_FIRST = 8  # the fault begins at one of so many calls
MESSAGES, MOST_AT_ONCE, MOST_WORDS = 14, 3, 40
RECOVERED_S = 1.0  # the contract's
SETTLED_S = 10
# Most rounds try again at once; one of so many keeps the product's own delays, up to the longest.
QUICK_RETRY_S, ROUNDS_FOR_A_REAL_ONE, FAULTS_OF_A_REAL_ONE = 0.001, 40, 6


@dataclass(frozen=True)
class Fault:
    """What one call does instead of what it should."""

    call: str
    error: int | None  # an errno; None: a write takes a half, says so, and that is all
    half: bool = False  # a write takes a half before the error, as on a disk that fills
    no_unlink: bool = False  # the temporary file cannot be removed either

    def __str__(self) -> str:
        """For the sentence about what broke."""
        error = errno.errorcode[self.error] if self.error else "no error"
        return f"{self.call} {error}{', half' * self.half}{', no unlink' * self.no_unlink}"


FAILING = ("read", "open", "write", "fsync", "replace", "open_folder", "fsync_folder")
FAULTS = (
    *(Fault(call, error) for call, error in product(FAILING, (errno.ENOSPC, errno.EIO))),
    Fault("write", None, half=True),
    Fault("write", errno.ENOSPC, half=True),
    Fault("fsync", errno.EIO, no_unlink=True),
    Fault("replace", errno.ENOSPC, no_unlink=True),
)
CASES = tuple(product((ONCE, FOR_A_WHILE, FOR_GOOD), FAULTS, SERVERS))


@dataclass
class FaultyDisk:
    """Lets a fault happen `times` times from the `first`-th such call on; knows what is certain."""

    fault: Fault
    first: int
    times: int
    disk: Disk = field(default_factory=lambda: Disk({}))
    calls: int = 0
    injected: int = 0
    last_s: float = 0.0
    half_taken: bool = False
    failed_just_now: bool = False

    def __call__(self, call: Call, go: Callable[[Call], Any]) -> Any:
        """Make the call, or let it fail."""
        if call.name == "unlink" and self.failed_just_now and self.fault.no_unlink:
            raise self._error(call)
        self.failed_just_now = False
        if call.name == self.fault.call:
            self.calls += 1
            if self.calls >= self.first and self.injected < self.times:
                call = self._faulty(call)
        result = go(call)
        self.disk.apply(call)
        return result

    def _faulty(self, call: Call) -> Call:
        """The call with half its data, or the error."""
        self.last_s = time.monotonic()
        self.half_taken = self.fault.half and not self.half_taken
        if self.fault.error and self.half_taken:  # the error comes with the other half
            return _half(call)
        self.injected += 1
        if self.fault.error:
            self.failed_just_now = True
            raise self._error(call)
        return _half(call)

    def _error(self, call: Call) -> OSError:
        number = self.fault.error or errno.EIO
        return OSError(number, os.strerror(number), call.path.name)


def _half(call: Call) -> Call:
    return replace(call, data=call.data[: max(len(call.data) // 2, 1)])


@dataclass
class Witness:
    """Holds what is told as stored against the disk, in the moment in which it is told."""

    place: Path
    disk: FaultyDisk
    untrue: list[str] = field(default_factory=list)
    recovered_after_s: float = 0.0

    def on_stored(self, message: Message) -> None:
        """A message would be broadcast and acknowledged now."""
        this = mark(message.id, message.content)
        certain, _ = messages_in(self.disk.disk.certain())
        visible, _ = read_back(self.place)
        if this not in certain or this not in visible:
            self.untrue.append(message.id)
        if self.disk.injected == self.disk.times and not self.recovered_after_s:
            self.recovered_after_s = time.monotonic() - self.disk.last_s


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Go through the cases, again and again with another first call, `rounds` times."""
    choose = random.Random(seed)
    outcome = Outcome()
    longest_s = 0.0
    cases = [*CASES]
    choose.shuffle(cases)  # so that a short run has some of everything
    with log_lines(), quick_folder(folder) as home:
        for number in range(rounds):
            often, fault, server = cases[number % len(cases)]
            first, times = choose.randint(1, LATEST_FIRST), choose.randint(*often)
            real = number % ROUNDS_FOR_A_REAL_ONE == ROUNDS_FOR_A_REAL_ONE - 1
            if real:
                first, times = 1, FAULTS_OF_A_REAL_ONE
                server = SERVERS[number // ROUNDS_FOR_A_REAL_ONE % len(SERVERS)]
            disk = FaultyDisk(fault, first, times)
            place = home / f"{number}"
            place.mkdir()
            with pytest.MonkeyPatch.context() as patch:
                for module in () if real else (challenge_data, solution_data):
                    patch.setattr(module, "FIRST_RETRY_S", QUICK_RETRY_S)
                this, recovered_after_s = _round(server, place, disk, choose)
            if not this.kept:
                case = f"{server}, {fault} x {disk.times} from call {disk.first}"
                this.broken.append(f"call faults: round {number} of seed {seed} was {case}")
            longest_s = max(longest_s, recovered_after_s)
            outcome += this
            tick()
    outcome.notes.append(f"longest time from the last error to a stored message {longest_s:.2f} s")
    return outcome


def _round(
    server: str, place: Path, disk: FaultyDisk, choose: random.Random
) -> tuple[Outcome, float]:
    """Send messages over a faulty disk; what broke, and the seconds a recovery took."""
    outcome = Outcome(rounds=1)
    witness = Witness(place, disk)
    with watched(place, disk), Storage(server, place, witness.on_stored) as storage:
        while storage.metrics.accepted < MESSAGES:
            for _ in range(choose.randint(1, MOST_AT_ONCE)):
                storage.send("새해 " * choose.randint(1, MOST_WORDS))
            eventlet.sleep(choose.choice((0, 0.001, 0.003)))
        if disk.times == ENDLESS:
            with eventlet.Timeout(SETTLED_S, False):
                while not disk.injected and storage.backlog.messages:
                    eventlet.sleep(0)
            storage.backlog.closed = True
        settled = storage.settled(SETTLED_S)
    outcome.faults = disk.injected
    if not settled:
        outcome.broken.append(f"not all had an outcome after {SETTLED_S} s")
    _check_outcomes(storage, disk, witness, outcome)
    heal(place)
    found, unreadable = read_back(place)
    outcome.unreadable = len(unreadable)
    told = [mark(each.id, each.content) for each in storage.stored]
    outcome.compare(sorted(told), found)
    if told != sorted(told):
        outcome.broken.append("told in another order than sent")
    return outcome, witness.recovered_after_s


def _check_outcomes(storage: Storage, disk: FaultyDisk, witness: Witness, outcome: Outcome) -> None:
    """What each message was told, when, and the books."""
    if witness.untrue:
        outcome.broken.append(f"told as stored, not on the disk: {', '.join(witness.untrue)}")
    if witness.recovered_after_s > RECOVERED_S:
        outcome.broken.append(f"stored {witness.recovered_after_s:.2f} s after the last error")
    wrong = [
        error
        for _, error in storage.failed
        if not storage.backlog.closed or not isinstance(error, StorageUnavailable | ShuttingDown)
    ]
    outcome.broken += [f"a sender was told {error!r}" for error in wrong]
    told = [message.id for message in storage.stored]
    told += [message.id for message, _ in storage.failed]
    if len(set(told)) < len(told):
        outcome.broken.append("a message had two outcomes")
    metrics = storage.metrics
    if metrics.accepted != metrics.stored + metrics.failed or metrics.queue_bytes:
        outcome.broken.append("the books do not balance at rest")
    if (metrics.stored, metrics.failed) != (len(storage.stored), len(storage.failed)):
        outcome.broken.append("the books are not what the senders were told")
