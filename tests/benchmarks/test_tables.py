"""Medians and ratios are taken round by round, and the tables fit a terminal."""

import io

from rich.console import Console

from tests.benchmarks.measure import EXPERIMENT, KINDS, LOCUST, PLAIN
from tests.benchmarks.tables import NUMBERS, print_tables, summarize

# Events per second of processor time: two rounds of a quiet machine, one of a busy one.
ROUNDS = {
    EXPERIMENT.name: (120_000.0, 100_000.0, 40_000.0),
    LOCUST.name: (10_000.0, 10_000.0, 4_000.0),
    PLAIN.name: (5_000.0, 10_000.0, 1_000.0),
}
RUNS = [
    {"client": name, "round": turn + 1, **dict.fromkeys(NUMBERS, numbers[turn])}
    for turn in range(3)
    for name, numbers in ROUNDS.items()
]


def test_ratios_are_of_the_same_round() -> None:
    summary = summarize(RUNS)

    assert summary[LOCUST.name]["events_per_cpu_s"] == 10_000
    assert summary[LOCUST.name]["experiment_ratio"] == 10  # of 12, 10 and 10
    assert summary[PLAIN.name]["experiment_ratio"] == 24  # of 24, 10 and 40
    assert summary[EXPERIMENT.name]["experiment_ratio"] == 1


def test_the_tables_fit_80_columns() -> None:
    late = {"load": "as needed", "late_p50_ms": 0.5, "late_p99_ms": 1.5, "late_max_ms": 123.45}
    lateness = [{**late, **dict.fromkeys(NUMBERS, 8_000.0)}]
    output = io.StringIO()

    print_tables({"summary": summarize(RUNS), "lateness": lateness}, Console(file=output, width=80))

    shown = output.getvalue()
    assert all(kind.name in shown for kind in KINDS)
    assert "123.45" in shown
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown
