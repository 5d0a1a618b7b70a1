"""Ratios are taken round by round, bounds are held against them, and the table fits a terminal."""

import io
from typing import Any

from rich.console import Console

from tests.benchmarks.cost_of_looking_runs import (
    ALL_OTLP,
    ALL_THRIFT,
    NONE,
    SHIPPED,
    WAYS,
    Case,
    Looking,
)
from tests.benchmarks.cost_of_looking_summary import missed_bounds, summarize
from tests.benchmarks.cost_of_looking_table import print_table

CASE = Case("solution", 1_000.0)
# Milliseconds of two rounds; in the second the machine was busy with something else.
CPU_MS = {
    NONE.name: (0.5, 1.0),
    SHIPPED.name: (0.54, 1.08),
    ALL_THRIFT.name: (0.65, 1.3),
    ALL_OTLP.name: (0.6, 1.2),
}


def a_run(way: str, number: int, cpu_ms: float, **other: Any) -> dict[str, Any]:
    """One run, of which a test says only what matters to it."""
    figures: dict[str, Any] = {
        "server": CASE.server,
        "rate_per_s": CASE.rate_per_s,
        "way": way,
        "round": number,
        "valid": True,
        "messages": 100,
        "cpu_ms_per_message": cpu_ms,
        "latency_ms": {"p50": 40.0, "p95": 55.0, "p99": 60.0},
        "spans_possible": 120,
        "spans_arrived": 0 if way == NONE.name else 120,
        "spans_dropped": 0,
        "traces_skipped": 0,
    }
    return figures | other


def stops(longest_ms: float = 4.0) -> dict[str, Any]:
    """What a watched server tells."""
    kind = {"times": 9, "too_long": 0, "longest_ms": longest_ms, "longest_cpu_ms": 3.0}
    return {kind_of: {**kind, "spans": 32, "links": 5} for kind_of in ("by_exports", "by_others")}


RUNS = [
    a_run(way, number + 1, cpu_ms)
    for way, both in CPU_MS.items()
    for number, cpu_ms in enumerate(both)
]
WATCHED = [a_run(way.name, 3, 1.0, stops=stops()) for way in WAYS]


def test_ratios_are_of_the_same_round() -> None:
    (summary,) = summarize([CASE], RUNS, WATCHED)

    ways = summary["ways"]
    assert list(ways) == [way.name for way in WAYS]
    assert round(ways["shipped"]["cpu_ratio"], 3) == 1.08
    assert round(ways["all thrift"]["cpu_ratio"], 3) == 1.3
    assert ways["none"]["cpu_ratio"] == 1.0
    assert ways["none"]["cpu_ms_per_message"] == 0.75
    assert ways["all otlp"]["spans_per_message"] == 1.2
    assert missed_bounds([summary]) == []


def test_each_bound_can_be_missed() -> None:
    # given a server that costs too much, waits too long, and loses a span without a word
    dear = [
        a_run(name, 1, cpu_ms, latency_ms={"p50": 40.0, "p99": p99_ms}, spans_arrived=arrived)
        for name, cpu_ms, p99_ms, arrived in (
            ("none", 0.5, 60.0, 0),
            ("shipped", 0.56, 91.0, 50),
            ("all thrift", 0.7, 60.0, 119),
            ("all otlp", 0.6, 600.0, 120),
        )
    ]
    watched = [a_run(way.name, 2, 1.0, stops=stops(10.5)) for way in WAYS]

    # when it is judged
    missed = missed_bounds(summarize([CASE], dear, watched))

    # then all of it is told; nothing is promised of p99 and stops with every trace
    told = "\n".join(missed)
    assert len(missed) == 5
    assert "shipped: a message costs 1.12 x as much as untraced; 1.1 x is promised" in told
    assert "shipped: p99 is 1.52 x that of untraced" in told
    assert "shipped: an export stopped the hub for 10.5 ms" in told
    assert "all thrift: a message costs 1.40 x as much" in told
    assert "all thrift: 1 spans neither arrived" in told


def test_runs_that_are_not_valid_count_for_nothing() -> None:
    # given a first round whose untraced run was disturbed, and a watched run that was
    runs = [run | {"valid": (run["way"], run["round"]) != ("none", 1)} for run in RUNS]
    watched = [run | {"valid": run["way"] != "all otlp"} for run in WATCHED]

    (summary,) = summarize([CASE], runs, watched)

    assert summary["ways"]["none"]["cpu_ms_per_message"] == 1.0
    assert summary["ways"]["none"]["valid_runs"] == 1
    assert summary["ways"]["all otlp"]["stops"] is None
    (problem,) = missed_bounds([summary])
    assert "all otlp: too few runs were valid" in problem


def test_the_table_fits_80_columns_and_has_room_for_what_is_missing() -> None:
    output = io.StringIO()

    print_table(
        summarize([CASE, Case("challenge", 25.0)], RUNS, WATCHED), Console(file=output, width=80)
    )

    shown = output.getvalue()
    assert "solution 1,000/s" in shown
    assert "challenge 25/s" in shown
    assert "1.30" in shown
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown


def test_each_server_has_its_own_rates_unless_told() -> None:
    assert [case.server for case in Looking().cases] == ["solution", "solution", "challenge"]
    assert Looking(server="challenge", rate=7.0).cases == [Case("challenge", 7.0)]
