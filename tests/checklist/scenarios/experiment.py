"""The comparison with the challenge, in a short form: is it at least twice as fast?

`make compare` takes three minutes; this takes half of one, because so great a difference shows
soon. The servers take turns under the same closed load, A B, B A, and each is killed when its turn
is over: what it has shown by then must be on disk, or it was fast because it did not wait. The rule
that gives the verdict is that of `make compare`; with too few pairs, or too much noise, there is
none.
"""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from load_test.experiment import verdict
from load_test.experiment.comparison import SIDES, order_of
from load_test.experiment.prepared import ONE_FILE, UNTRACED
from load_test.experiment.servers import Package, Server
from tests.checklist.scenario import Stage, scenario
from tests.checklist.scenarios.account import account
from tests.checklist.scenarios.busy import MOST_MESSAGES, keep_busy
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.stored import read_stored

HISTORY = 2_000  # the challenge then takes some 10 ms for a write
# A turn: the first part fills batches and warms up, and does not count.
WARM_UP_S, TURN_S = 0.5, 1.6
# A submission may have the machine for itself for 40 s. No pair begins that is expected to end
# after the first of these moments, and no server lives beyond the second.
TIME_LIMIT_S, MOST_S = 34.0, 39.0
INVALID = "invalid"


@dataclass(frozen=True)
class Compared:
    """What came of it: the messages that each delivered a second, by turns.

    `outcome` is that of a comparison: faster, same, slower or cannot_tell; or invalid, and
    `fault` says why. The `ratio`, submission to challenge, is the median of the pairs, and lies
    between `low` and `high`; None of no pairs.
    """

    outcome: str
    challenge_per_s: tuple[float, ...]
    submission_per_s: tuple[float, ...]
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    fault: str = ""

    @property
    def pairs(self) -> int:
        """How many turns both had."""
        return min(len(self.challenge_per_s), len(self.submission_per_s))


class _Fault(Exception):
    """A server broke the contract; the text says how."""


def run(stage: Stage) -> Compared:
    """Turns until there is a verdict, or no time for another pair."""
    started_s = time.monotonic()
    prepared = stage.prepared.with_history(
        stage.challenge, HISTORY, stage.folder / "prepared", stage.log("prepare")
    )
    stage = replace(stage, prepared=prepared)
    packages = dict(zip(SIDES, (stage.challenge, stage.submission), strict=True))
    per_s: dict[str, list[float]] = {side: [] for side in SIDES}
    pair_s = 0.0
    found = _conclude(per_s)
    while found.outcome == verdict.CANNOT_TELL:
        began_s = time.monotonic()
        if began_s + pair_s > started_s + TIME_LIMIT_S:
            break
        for side in order_of(found.pairs + 1):
            try:
                per_s[side].append(_take_turn(stage, packages[side], started_s + MOST_S))
            except _Fault as fault:
                return _conclude(per_s, str(fault))
        pair_s = time.monotonic() - began_s
        found = _conclude(per_s)
    return found


def _take_turn(stage: Stage, package: Package, ends_s: float) -> float:
    """The messages that a server shows a second. Raises ProcessFailed, or _Fault."""
    data = stage.prepared.copy_to(stage.folder / "data")
    crowd = Crowd(stage, MOST_MESSAGES)
    with Server(package, data, stage.log(package.name), UNTRACED, ONE_FILE, ends_s) as server:
        keep_busy(server, crowd, lambda _, at_s: at_s >= TURN_S)
    _check(package.name, crowd, data)
    shutil.rmtree(data)
    counts_from_s = (crowd.ledger.sent_s[0] or 0.0) + WARM_UP_S
    shown = sum(at_s is not None and at_s >= counts_from_s for at_s in crowd.ledger.delivered_s)
    # One that shows nothing is as slow as can be told.
    return max(1, shown) / (TURN_S - WARM_UP_S)


def _check(name: str, crowd: Crowd, data: Path) -> None:
    """Whether what was shown may be called delivered. Raises _Fault."""
    stored = read_stored(data)
    if stored.problems:  # a write that was cut off is not a matter of speed
        return
    found = account(crowd.ledger, crowd.numbers_of(stored.records))
    for count, what in (
        (found.lost, "showed {} messages that were not on disk when it was killed"),
        (found.doubled, "stored or showed {} messages twice"),
        (found.out_of_order, "stored or showed {} messages out of order"),
    ):
        if count:
            raise _Fault(f"{name} {what.format(count)}")


def _conclude(per_s: Mapping[str, Sequence[float]], fault: str = "") -> Compared:
    a, b = (tuple(per_s[side]) for side in SIDES)
    ratios = [ours / theirs for theirs, ours in zip(a, b, strict=False)]
    if fault or not ratios:
        return Compared(INVALID if fault else verdict.CANNOT_TELL, a, b, fault=fault)
    seen = verdict.interval(ratios)
    return Compared(verdict.outcome(ratios), a, b, median(ratios), seen.low, seen.high)


SCENARIO = scenario("comparing it with the challenge", lasts_s=30, full=True, quiet=True)(run)
