"""What looking costs: how much processor time and waiting its traces add to a message.

Servers are started afresh by turns (A B C D, D C B A, ...): without traces, with the shipped
settings, with every trace kept and sent as Thrift, and as OTLP. All get the same load on the same
data. In one more round each is watched from inside, for how long an export stops everybody else.
One table at the end, and JSON in results/benchmarks/ or --out, which the notebook
cost_of_looking.ipynb draws. Use a machine with nothing else to do: 15 minutes.
"""

import dataclasses
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from load_test.experiment.bench import prepare_s
from load_test.experiment.machine import cpu_model, describe_versions
from load_test.experiment.prepared import prepare
from load_test.experiment.processes import (
    PROJECT,
    ProcessFailed,
    stop_descendants,
    stop_on_signals,
)
from load_test.experiment.progress import Progress
from load_test.experiment.results import RESULTS
from load_test.experiment.servers import Package
from load_test.experiment.settings import OneLineParser
from observability.jaeger_client import JaegerError
from tests.benchmarks.cost_of_looking_runs import WAYS, Bench, Looking, collecting_traces
from tests.benchmarks.cost_of_looking_summary import missed_bounds, summarize
from tests.benchmarks.cost_of_looking_table import print_table

SCHEMA = 1  # of the JSON


def main() -> int:
    """Run by the flags; the exit code is 0 if all bounds hold, 1 if not, 2 if used wrongly."""
    parser = OneLineParser("python -m tests.benchmarks.cost_of_looking", str(__doc__), Looking)
    parser.add_argument("--out", type=Path, help="file of the JSON (results/benchmarks/<time>)")
    settings, flags = parser.settings()
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    out = flags.out or RESULTS / "benchmarks" / f"cost-of-looking-{stamp}.json"
    if out.exists():
        parser.error(f"{out} is there already: name a new file with --out")
    stop_on_signals()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        results = measure(settings, Console(stderr=True))
        out.write_text(json.dumps(results, indent=1) + "\n")
    except KeyboardInterrupt:
        sys.stderr.write(f"{parser.prog}: stopped; nothing is kept\n")
        return 1
    except (ProcessFailed, JaegerError, OSError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    finally:
        stop_descendants()
    print_table(results["summary"], Console())
    for problem in results["missed"]:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write(f"{out}\n")
    return 1 if results["missed"] else 0


def measure(settings: Looking, screen: Console) -> dict[str, Any]:
    """All runs, as they go into the JSON. Raises ProcessFailed or JaegerError."""
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        del os.environ[name]  # servers inherit them, and only the ways may tell them apart
    results = _heading(settings)
    runs_s = settings.run_s * len(settings.cases) * len(WAYS) * (settings.rounds + 1)
    with (
        tempfile.TemporaryDirectory() as name,
        Progress(screen, prepare_s(settings) + runs_s) as progress,
        collecting_traces(Path(name)) as traces,
    ):
        folder = Path(name)
        progress.begin("preparing users, rooms and history", prepare_s(settings))
        package = Package("solution", PROJECT)
        prepared = prepare(package, settings, folder / "prepared", folder / "prepare.log")
        bench = Bench(settings, folder, prepared, traces, progress.watch)
        _run_all(bench, progress, results)
    results["summary"] = summarize(settings.cases, results["runs"], results["watched"])
    results["missed"] = missed_bounds(results["summary"])
    return results


def _run_all(bench: Bench, progress: Progress, results: dict[str, Any]) -> None:
    """The rounds of all cases, and the watched one."""
    rounds = bench.settings.rounds
    for turn in range(rounds + 1):
        watched = turn == rounds
        told = "watched" if watched else f"round {turn + 1} of {rounds}"
        for case in bench.settings.cases:
            for way in WAYS[:: -1 if turn % 2 else 1]:
                progress.begin(f"{told}: {case}, {way.name}", bench.settings.run_s)
                figures = bench.watch_hub(case, way) if watched else bench.measure(case, way)
                of_what = dataclasses.asdict(case) | {"way": way.name, "round": turn + 1}
                results["watched" if watched else "runs"].append(of_what | figures)


def _heading(settings: Looking) -> dict[str, Any]:
    """The JSON before the first run."""
    return {
        "schema": SCHEMA,
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": dataclasses.asdict(settings),
        "machine": {
            "cpus": psutil.cpu_count(),
            "cpu_model": cpu_model(),
            "load_average": [round(each, 2) for each in psutil.getloadavg()],
        },
        "versions": describe_versions(),
        "runs": [],
        "watched": [],
        "summary": [],
        "missed": [],
    }


if __name__ == "__main__":
    sys.exit(main())
