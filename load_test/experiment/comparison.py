"""All runs of an experiment: both servers, on copies of the same data, under the same load."""

import dataclasses
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from load_test.experiment.arrivals import make_schedule
from load_test.experiment.counters import FILE_WRITES, increase
from load_test.experiment.machine import describe_machine, describe_versions
from load_test.experiment.prepared import Prepared, prepare
from load_test.experiment.progress import Progress
from load_test.experiment.results import begin_results, write_results
from load_test.experiment.run import Load, RunRecord, run_once
from load_test.experiment.servers import Package
from load_test.experiment.settings import Settings
from load_test.experiment.summary import summarise
from load_test.experiment.traces import Traces
from observability import names
from observability.spans import Span

# About; for the time that is left only.
PREPARE_S, PREPARE_USER_S = 6.0, 0.12
RUN_OVERHEAD_S = 8.0  # start, connect, lone messages, drain, reading spans


def expected_s(settings: Settings) -> float:
    """About how long `compare` takes."""
    return _prepare_s(settings) + 2 * settings.rounds * _run_s(settings)


def compare(
    packages: Mapping[str, Package],
    settings: Settings,
    folder: Path,
    traces: Traces,
    progress: Progress,
) -> dict[str, Any]:
    """Run the packages, A and B by their sides, and return results.json as it stands in `folder`.

    It is written anew after each run, so that what is finished is kept whatever happens. Raises
    ProcessFailed or JaegerError.
    """
    progress.begin("preparing users, rooms and history", _prepare_s(settings))
    data, logs = folder / "data", folder / "logs"
    data.mkdir()
    try:
        machine = describe_machine(data)
        results = begin_results(dataclasses.asdict(settings), machine, describe_versions())
        prepared = prepare(packages["A"], settings, data / "prepared", logs / "prepare.log")
        load = Load.make(settings, make_schedule(settings), prepared)
        for round_number, side in order_of_runs(settings.rounds):
            package = packages[side]
            progress.begin(package.name, _run_s(settings))
            name = f"{round_number}-{side}-{package.name}"
            run = _run(package, prepared, load, data / name, logs / f"{name}.log", traces, progress)
            identity = {"server": package.name, "side": side, "round": round_number}
            results["runs"].append({**identity, **run})
            write_results(results, folder)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    return results


def order_of_runs(rounds: int) -> Iterator[tuple[int, str]]:
    """Round and side of each run: A B, B A, A B, so that a slow drift favours neither side."""
    for number in range(1, rounds + 1):
        for side in "AB" if number % 2 else "BA":
            yield number, side


def _run(
    package: Package,
    prepared: Prepared,
    load: Load,
    data_dir: Path,
    log: Path,
    traces: Traces,
    progress: Progress,
) -> dict[str, Any]:
    environment = {**traces.environment, "OTEL_SERVICE_NAME": package.name}
    record = run_once(package, prepared, load, data_dir, log, environment, progress.watch)
    shutil.rmtree(data_dir)
    progress.watch("reading the spans")
    # All runs of a package bear its name; the window tells them apart.
    window = record.window_us
    spans = traces.read(package.name, *window, lambda found: _all_there(record, found))
    return summarise(record, spans)


def _all_there(record: RunRecord, spans: list[Span]) -> bool:
    """Whether there is a span for each write that the server counted."""
    writes = increase(record.edges[0], record.edges[-1], FILE_WRITES) or 0
    return sum(span.operation == names.FILE_WRITE for span in spans) >= writes


def _prepare_s(settings: Settings) -> float:
    return PREPARE_S + PREPARE_USER_S * settings.users


def _run_s(settings: Settings) -> float:
    return RUN_OVERHEAD_S + settings.most_s
