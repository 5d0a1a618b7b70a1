"""What the runs of the cost of looking come to: medians, ratios to a server without traces, the
longest stops, and which of our bounds are missed. Pure: it measures nothing.
"""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.benchmarks.cost_of_looking_runs import ALL_OTLP, ALL_THRIFT, NONE, SHIPPED, WAYS, Case
from tests.benchmarks.watched_server import MOST_STOP_MS

Figures = dict[str, Any]

MOST_CPU_RATIO = {SHIPPED.name: 1.10, ALL_THRIFT.name: 1.35, ALL_OTLP.name: 1.35}
MOST_P99_RATIO = {SHIPPED.name: 1.5}
MEDIANS: Mapping[str, Callable[[Figures], float]] = {
    "cpu_ms_per_message": lambda run: run["cpu_ms_per_message"],
    "p50_ms": lambda run: run["latency_ms"]["p50"],
    "p99_ms": lambda run: run["latency_ms"]["p99"],
    "spans_per_message": lambda run: run["spans_arrived"] / run["messages"],
}
RATIOS = {"cpu_ratio": "cpu_ms_per_message", "p99_ratio": "p99_ms"}
SUMS = ("spans_possible", "spans_arrived", "spans_dropped", "traces_skipped")


def summarize(
    cases: Sequence[Case], runs: Sequence[Figures], watched: Sequence[Figures]
) -> list[Figures]:
    """For each case its ways by name, with medians and sums of the valid runs, the ratios to the
    run without traces of the same round (their medians), and the stops in the watched run.
    """
    return [
        {
            "server": case.server,
            "rate_per_s": case.rate_per_s,
            "ways": {
                way.name: _figures(_of(runs, case, way.name), _of(runs, case, NONE.name))
                | {"stops": next((run["stops"] for run in _of(watched, case, way.name)), None)}
                for way in WAYS
            },
        }
        for case in cases
    ]


def missed_bounds(summary: Sequence[Figures]) -> list[str]:
    """A sentence for each bound that is missed, or that could not be judged."""
    return [
        f"{Case(each['server'], each['rate_per_s'])}, {name}: {problem}"
        for each in summary
        for name, way in each["ways"].items()
        for problem in _problems(name, way)
    ]


def _of(runs: Sequence[Figures], case: Case, way: str) -> list[Figures]:
    wanted = (case.server, case.rate_per_s, way)
    return [
        run
        for run in runs
        if run["valid"] and (run["server"], run["rate_per_s"], run["way"]) == wanted
    ]


def _figures(runs: Sequence[Figures], untraced: Sequence[Figures]) -> Figures:
    without = {run["round"]: run for run in untraced}
    pairs = [(run, without[run["round"]]) for run in runs if run["round"] in without]
    figures: Figures = {"valid_runs": len(runs)}
    figures |= {key: _median(read(run) for run in runs) for key, read in MEDIANS.items()}
    for ratio, key in RATIOS.items():
        read = MEDIANS[key]
        figures[ratio] = _median(read(traced) / read(plain) for traced, plain in pairs)
    return figures | {key: sum(run[key] or 0 for run in runs) for key in SUMS}


def _median(values: Iterator[float]) -> float | None:
    known = list(values)
    return statistics.median(known) if known else None


def _problems(name: str, way: Figures) -> Iterator[str]:
    if way["cpu_ratio"] is None or way["stops"] is None:
        yield "too few runs were valid to judge it: use a quieter machine, or less with --rate"
        return
    cpu, p99 = MOST_CPU_RATIO.get(name), MOST_P99_RATIO.get(name)
    if cpu and way["cpu_ratio"] > cpu:
        yield f"a message costs {way['cpu_ratio']:.2f} x as much as untraced; {cpu} x is promised"
    if p99 and way["p99_ratio"] > p99:
        yield f"p99 is {way['p99_ratio']:.2f} x that of untraced; {p99} x is promised"
    exports = way["stops"]["by_exports"]
    if name == SHIPPED.name and exports["longest_ms"] > MOST_STOP_MS:
        yield (
            f"an export stopped the hub for {exports['longest_ms']:.1f} ms (at most "
            f"{exports['longest_cpu_ms']:.1f} ms are its own work); {MOST_STOP_MS:g} are promised"
        )
    uncounted = way["spans_possible"] - way["spans_arrived"] - way["spans_dropped"]
    if name in (ALL_THRIFT.name, ALL_OTLP.name) and uncounted:
        yield f"{abs(uncounted):,} spans neither arrived nor were counted as dropped, or did both"
