"""What must be said of the runs beside their numbers, the same in the terminal and on the page.

A comparison has dozens of runs: what happened in several of them is said once, with their count.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from load_test.experiment.sides import Results, Run
from load_test.experiment.validity import faults

# How the witnesses of results.json are called here.
WITNESSES = {"ledger": "clients", "metrics": "server", "spans": "spans", "system": "system"}
NUMBER = re.compile(r"\d[\d.,]*")


def all_runs(results: Results) -> list[Run]:
    """The timed runs, and those that measured work."""
    return [*results["runs"], *(results.get("work") or [])]


def traced_runs(results: Results) -> list[Run]:
    """The runs that have spans, which the demo's all have."""
    return results.get("work") or list(results["runs"])


def name_of(run: Run) -> str:
    """A run as one speaks of it: challenge (A, round 3)."""
    what = f"round {run['round']}" if "round" in run else f"work at {run['history']:,} messages"
    return f"{run['server']} ({run['side']}, {what})"


def broken(results: Results) -> list[str]:
    """Each run in which messages were lost, doubled or the like."""
    return [
        f"{name_of(run)} broke the contract: {', '.join(faults(run))}."
        for run in all_runs(results)
        if faults(run)
    ]


def void(results: Results) -> list[str]:
    """The runs that count for nothing although they broke nothing, by their reason."""
    runs = all_runs(results)
    groups = defaultdict(list)
    for run in runs:
        if run["valid"] is False and not faults(run):
            reason = run["invalid_because"] or "no reason is given"
            groups[NUMBER.sub("n", reason)].append((name_of(run), reason))
    return [
        f"{name} is void, its speed says nothing: {reason}."
        if len(group) == 1
        else f"{len(group)} of {len(runs)} runs are void and count for nothing. "
        f"The first, {name}: {reason}."
        for group in groups.values()
        for name, reason in group[:1]
    ]


def refused(results: Results) -> list[str]:
    """How many messages each side refused."""
    runs = [run for run in all_runs(results) if run.get("refused")]
    said = []
    for side, server in sorted({(run["side"], run["server"]) for run in runs}):
        codes = [run["refused"] for run in runs if run["side"] == side]
        count = sum(sum(each.values()) for each in codes)
        names = ", ".join(sorted({code for each in codes for code in each}))
        where = "one run" if len(codes) == 1 else f"{len(codes)} runs"
        said.append(f"{server} ({side}) refused {count:,} messages in {where} ({names}).")
    return said


def agreements(runs: Sequence[Run]) -> list[str]:
    """On what all witnesses agree who counted it."""
    said = []
    for run in runs:
        agreeing = [each for each in run.get("witnesses") or [] if each["agree"]]
        if agreeing:
            who = [who for key, who in WITNESSES.items() if any(key in each for each in agreeing)]
            things = ", ".join(each["what"] for each in agreeing)
            said.append((f"{', '.join(who)} agree on {things}", run))
    return [
        f"{_in_so_many(found, runs).capitalize()} {what}." for what, found in _grouped(said).items()
    ]


def disagreements(runs: Sequence[Run]) -> list[str]:
    """On what witnesses disagree, with the counts of the first such run, and why."""
    said = [
        ((each["what"], NUMBER.sub("n", each["note"] or "")), (run, each))
        for run in runs
        for each in run.get("witnesses") or []
        if each["agree"] is False
    ]
    lines = []
    for (what, _), found in _grouped(said).items():
        run, first = found[0]
        counts = ", ".join(
            f"{who} {first[key]:,}" for key, who in WITNESSES.items() if key in first
        )
        where = _in_so_many(found, runs)
        note = first["note"] or "no reason is known"
        lines.append(f"Witnesses disagree on {what} {where} ({name_of(run)}: {counts}): {note}.")
    return lines


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    groups = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def _in_so_many(found: Sequence[object], runs: Sequence[Run]) -> str:
    if len(found) < len(runs):
        return f"in {len(found)} of {len(runs)} runs"
    return {1: "in the only run", 2: "in both runs"}.get(len(runs), f"in all {len(runs)} runs")
