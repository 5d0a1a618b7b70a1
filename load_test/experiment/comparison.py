"""The comparison of two servers: rounds in alternating order, until there is a verdict or no time.

First a probe of each tells which load is light and which is heavy for both. Then rounds, each of
one run of A and one of B under the same schedule, in the order A B, B A, A B, so that a drift of
the machine favours neither. After every round the verdict is looked at, and once there is one, no
more rounds are run. Last, each side's work is measured at two sizes of the history, with traces.
"""

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

from load_test.experiment import conclusion
from load_test.experiment.arrivals import make_schedule
from load_test.experiment.bench import RUN_OVERHEAD_S, Bench, prepare_s
from load_test.experiment.command import REPORT_S
from load_test.experiment.contest import LIGHT, REST_S, WORK_S, Contest, Rates
from load_test.experiment.load import Load
from load_test.experiment.machine import (
    describe_after,
    describe_machine,
    describe_versions,
    strain_now,
)
from load_test.experiment.meter import growth
from load_test.experiment.phases import Phase
from load_test.experiment.prepared import UNTRACED, Prepared
from load_test.experiment.probe import PROBE_S, probe
from load_test.experiment.results import begin_results
from load_test.experiment.verdict import LEAST_PAIRS

SIDES = "AB"
DISK_S = 1.0
WORK_RUN_S = WORK_S + REST_S + RUN_OVERHEAD_S
WORK_RUNS_S = 4 * WORK_RUN_S + RUN_OVERHEAD_S


def expected_s(settings: Contest) -> float:
    """About how long a comparison takes that needs no more rounds than the least number."""
    return (
        DISK_S + prepare_s(settings) + 2 * (PROBE_S + RUN_OVERHEAD_S)
        + LEAST_PAIRS * _pair_s(settings) + WORK_RUNS_S + REPORT_S
    )  # fmt: skip


def compare(bench: Bench, settings: Contest) -> None:
    """Fill the bench's results, ending about in the time that the settings give.

    Raises ProcessFailed or JaegerError; the results hold what was measured until then.
    """
    bench.deadline_s = deadline_s = time.monotonic() + settings.time_limit
    bench.progress.begin("looking at the machine", DISK_S)
    bench.results = begin_results(
        dataclasses.asdict(settings), describe_machine(bench.data), describe_versions()
    )
    bench.results["servers"] = {side: each.name for side, each in bench.packages.items()}
    before = strain_now()
    prepared = bench.prepare(settings)
    rates = find_rates(bench, prepared)
    run_rounds(bench, settings, prepared, rates, deadline_s - WORK_RUNS_S - DISK_S - REPORT_S)
    if bench.results["verdict"]["outcome"] != conclusion.INVALID:
        measure_work(bench, settings, prepared, rates)
    bench.progress.begin("looking at the machine again", DISK_S)
    bench.results["machine"]["after"] = describe_after(bench.data, before)
    bench.results["verdict"] = conclusion.conclude(bench.results)  # now the cause is known, too
    bench.save()


def find_rates(bench: Bench, prepared: Prepared) -> Rates:
    """Probe both sides."""
    capacities = {}
    for side in SIDES:
        package = bench.packages[side]
        bench.progress.begin(f"probing {package.name}", PROBE_S + RUN_OVERHEAD_S)
        name = f"probe-{side}-{package.name}"
        capacities[side] = probe(package, prepared, bench.data / name, bench.log(name), UNTRACED)
    rates = Rates(capacities)
    bench.results["rates"] = {
        "capacity_per_s": capacities,
        "light_per_s": rates.light_per_s,
        "heavy_per_s": rates.heavy_per_s,
    }
    return rates


def run_rounds(
    bench: Bench, settings: Contest, prepared: Prepared, rates: Rates, deadline_s: float
) -> None:
    """Rounds until there is a verdict, or none more can end before the deadline."""
    pair_s = _pair_s(settings)
    for number in range(1, settings.max_rounds + 1):
        began_s = time.monotonic()
        if began_s + pair_s > deadline_s:
            break
        load = _load(rates.timed(settings), settings, prepared, number)
        for side in order_of(number):
            bench.progress.begin(f"round {number}, {bench.packages[side].name}", pair_s / 2)
            run = bench.run(f"{number}", side, prepared, load, traced=False)
            bench.results["runs"].append({**run, "round": number})
            bench.save()
        pair_s = time.monotonic() - began_s
        bench.results["verdict"] = conclusion.conclude(bench.results)
        bench.save()
        if bench.results["verdict"]["outcome"] != conclusion.CANNOT_TELL:
            break
        bench.progress.expect(conclusion.more_pairs(bench.results) * pair_s + WORK_RUNS_S)


def measure_work(bench: Bench, settings: Contest, prepared: Prepared, rates: Rates) -> None:
    """The work of each side at two sizes of the history, traced, and how it grows with it."""
    bench.progress.begin("preparing a small history", RUN_OVERHEAD_S)
    sizes = settings.small_history, settings.history
    small = prepared.with_history(
        bench.packages["A"], sizes[0], bench.data / "small", bench.log("prepare-small")
    )
    load = _load(rates.work(), settings, prepared)
    work: list[dict[str, Any]] = []
    for side, history in (("A", sizes[1]), ("B", sizes[1]), ("B", sizes[0]), ("A", sizes[0])):
        name = bench.packages[side].name
        bench.progress.begin(f"work of {name} at {history:,} messages", WORK_RUN_S)
        run = bench.run(f"work-{history}", side, prepared if history == sizes[1] else small, load)
        work.append({**run, "history": history})
        bench.results["work"] = work
        bench.save()
    by_place = {(run["side"], run["history"]): run for run in work}
    bench.results["growth"] = {
        side: growth(by_place[side, sizes[0]], by_place[side, sizes[1]], sizes) for side in SIDES
    }


def order_of(round_number: int) -> Iterator[str]:
    """The sides in the order of a round: A B, B A, A B."""
    yield from SIDES if round_number % 2 else reversed(SIDES)


def _pair_s(settings: Contest) -> float:
    """About how long a round takes, until one was run."""
    return 2 * (settings.timed_s + RUN_OVERHEAD_S)


def _load(
    phases: tuple[Phase, ...], settings: Contest, prepared: Prepared, variant: int = 0
) -> Load:
    schedule = make_schedule(phases, settings, variant)
    warm_up_s = settings.warm_up_s if len(phases) > 1 else 0.0
    return Load.make(phases, schedule, prepared, warm_up_s=warm_up_s, latency_of=LIGHT)
