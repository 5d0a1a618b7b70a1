"""The verdict in one sentence; and where there is none, the likely cause and what to do about it.

Causes are looked for in the order of how directly they hinder: too few pairs, a busy machine, a
disk that changed, and only then the scatter itself. The first that is found is told, as likely
and no more: that others used the machine is known, what it did to a round is not.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from load_test.experiment import quantities
from load_test.experiment.verdict import (
    FASTER,
    LEAST_PAIRS,
    MOST_PAIRS,
    SAME,
    SLOWER,
    Interval,
    pairs_needed,
    scatter_of,
)

MANY_TIMES = 2  # from here on "3 times as many" reads better than "200% more"
# More than a desktop needs that is left alone.
MOST_OTHERS_SHARE = 0.10
# Programs that want a processor, for each there is: above 1 some wait for one.
MOST_LOAD_PER_CPU = 1.0
MOST_SWAPPED_BYTES = 10_000_000  # memory was full; less is the odd page
# Left alone, a disk has about the same median minutes later, and few outliers.
MOST_DISK_CHANGE = 2.0  # times slower, or faster
MOST_DISK_SPREAD = 10.0  # times from p10 to p90
TIME_LIMIT_STEP_S = 10  # advice in tens of seconds

Machine = Mapping[str, Any]


def sentence(
    outcome: str,
    seen: Interval,
    pairs: int,
    names: Mapping[str, str],
    verb: str = "delivers",
    what: str = "messages a second",
) -> str:
    """What `faster`, `slower` or `same` means: "solution delivers 42 times as many ... as ...".

    `names` are the servers' by their side; of one name they are "A" and "B". Raises ValueError
    for another outcome: `why_cannot_tell` has the sentence where there is no verdict.
    """
    a, b = ("A", "B") if names["A"] == names["B"] else (names["A"], names["B"])
    if outcome == SAME:
        return (
            f"{b} {verb} as many {what} as {a}: the difference is within {seen.low - 1:+.0%} and "
            f"{seen.high - 1:+.0%}, none worth acting on ({pairs} pairs)."
        )
    if outcome == FASTER and seen.ratio >= MANY_TIMES:
        return f"{b} {verb} {_times(seen, what, a)}; {pairs} pairs)."
    if outcome == FASTER:
        how = f"{seen.ratio - 1:.0%} more {what} than {a}"
        return f"{b} {verb} {how} ({seen.low - 1:.0%} to {seen.high - 1:.0%} more; {pairs} pairs)."
    if outcome == SLOWER and seen.ratio <= 1 / MANY_TIMES:
        turned = Interval(1 / seen.ratio, low=1 / seen.high, high=1 / seen.low)
        return f"{b} is slower: {a} {verb} {_times(turned, what, b)}; {pairs} pairs)."
    if outcome == SLOWER:
        how = f"{1 - seen.ratio:.0%} fewer {what} than {a}"
        return f"{b} {verb} {how} ({1 - seen.high:.0%} to {1 - seen.low:.0%} fewer; {pairs} pairs)."
    raise ValueError(f"{outcome!r} is no verdict that one sentence could tell")


def why_cannot_tell(
    ratios: Sequence[float],
    void_runs: Sequence[str],
    machine: Machine,
    time_limit_s: float | None = None,
) -> str:
    """The likely cause, and what to do.

    `ratios` are those of the pairs that count, `void_runs` the reasons why runs do not.
    `machine` is from results.json: `describe_machine`, and under "after" `describe_after`; what
    is missing or None there blames nobody. `time_limit_s` is what the experiment had.
    """
    if len(ratios) < LEAST_PAIRS:
        return _too_few_pairs(len(ratios), void_runs)
    for cause in chain(_busy(machine), _disk(machine)):
        return cause
    return _scatter(ratios, time_limit_s)


def _times(seen: Interval, what: str, whom: str) -> str:
    """Open at its end, for the number of pairs."""
    ratio, low, high = (
        f"{each:,.0f}" if each >= 9.95 else f"{each:.1f}"
        for each in (seen.ratio, seen.low, seen.high)
    )
    return f"{ratio} times as many {what} as {whom} (between {low} and {high} times"


def _too_few_pairs(pairs: int, void_runs: Sequence[str]) -> str:
    counted = f"Only {pairs} of at least {LEAST_PAIRS} pairs of rounds count"
    if void_runs:
        return (
            f"{counted}; runs that were void: {len(void_runs)}, the last because {void_runs[-1]}."
        )
    return f"{counted}, there was no time for more: use a larger --time-limit."


def _busy(machine: Machine) -> Iterator[str]:
    """Who else used the machine, or what it lacked."""
    after, cpus = machine.get("after") or {}, machine.get("cpus")
    others_share = after.get("others_cpu_share")
    if others_share is not None and others_share > MOST_OTHERS_SHARE:
        yield (
            f"The machine was busy: other programs took {others_share:.0%} of its processors. "
            "Close them and repeat."
        )
    load = (machine.get("load_average") or [0.0])[0]
    if cpus and load > MOST_LOAD_PER_CPU * cpus:
        yield (
            f"The machine was busy before it began: load average {quantities.number(load)} on "
            f"{cpus} processors. Wait until it is quiet and repeat."
        )
    swapped_bytes = after.get("swapped_out_bytes")
    if swapped_bytes is not None and swapped_bytes > MOST_SWAPPED_BYTES:
        yield (
            f"The memory was full: the system swapped {quantities.size(swapped_bytes)} out. "
            "Close what takes memory and repeat."
        )


def _disk(machine: Machine) -> Iterator[str]:
    """How the disk changed, or scattered by itself, with nothing of ours running."""
    after = machine.get("after") or {}
    before_ms, after_ms = machine.get("fsync_p50_ms"), after.get("fsync_p50_ms")
    if before_ms and after_ms:
        change = max(before_ms / after_ms, after_ms / before_ms)
        if change > MOST_DISK_CHANGE:
            yield (
                f"The disk changed: its fsync took {quantities.duration(before_ms)} before (p50) "
                f"and {quantities.duration(after_ms)} after. See what else uses it and repeat."
            )
    for when, state in (("before", machine), ("after", after)):
        p10_ms, p90_ms = state.get("fsync_p10_ms"), state.get("fsync_p90_ms")
        if p10_ms and p90_ms and p90_ms / p10_ms > MOST_DISK_SPREAD:
            yield (
                f"The disk is uneven: {when} the experiment its fsync took from "
                f"{quantities.duration(p10_ms)} (p10) to {quantities.duration(p90_ms)} (p90). "
                "See what else uses it and repeat."
            )


def _scatter(ratios: Sequence[float], time_limit_s: float | None) -> str:
    pairs, needed = len(ratios), pairs_needed(ratios)
    scattered = f"{pairs} pairs scatter by {math.expm1(scatter_of(ratios)):.0%}"
    if needed is None:
        return (
            f"The {scattered}, and even {MOST_PAIRS} like these would not decide: "
            "compare on a quieter machine."
        )
    advice = "use a larger --time-limit"
    if time_limit_s is not None:
        steps = math.ceil(time_limit_s * needed / pairs / TIME_LIMIT_STEP_S)
        advice = f"use --time-limit {steps * TIME_LIMIT_STEP_S}"
    return f"Too few pairs for their scatter: {scattered}, about {needed} would decide; {advice}."
