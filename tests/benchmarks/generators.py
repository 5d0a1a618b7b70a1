"""How many broadcasts a load generator can take, and how late it sends while it takes them.

The experiment's clients, this project's Locust users and plain python-socketio clients are flooded
by turns. Then the experiment's send by a schedule, at half of what they can take, and at the load
that they were made for. Tables, and JSON in results/benchmarks/ or --out.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

import psutil
from rich.console import Console

from load_test.experiment.machine import cpu_model, describe_versions
from load_test.experiment.processes import ProcessFailed, stop_on_signals
from load_test.experiment.results import RESULTS
from tests.benchmarks.flood import broadcasts
from tests.benchmarks.measure import EXPERIMENT, KINDS, Setup, divide_cores, saturate, send
from tests.benchmarks.tables import print_tables, summarize

SCHEMA = 1  # of the JSON
GENERATORS = ("locust", "gevent", "websocket-client")  # beside what every experiment names
NEEDED_PER_S = 8_000.0  # events that the experiment must take with less than 70 % of a core
MOST_CLIENTS = 200  # macOS lets a process open 256 files


def main() -> int:
    """Run by the flags; the exit code is 0 if good, 1 if failed, 2 if used wrongly."""
    parser = _Parser("python -m tests.benchmarks.generators", description=__doc__)
    parser.add_argument("--seconds", type=_number(float, 0.2, 60), default=3.0, help="a run (3)")
    parser.add_argument("--rounds", type=_number(int, 1, 50), default=3, help="of all kinds (3)")
    parser.add_argument(
        "--clients", type=_number(int, 1, MOST_CLIENTS), default=40, help="a run (40)"
    )
    parser.add_argument("--out", type=Path, help="file of the JSON (results/benchmarks/<time>)")
    flags = parser.parse_args()
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    out = flags.out or RESULTS / "benchmarks" / f"generators-{stamp}.json"
    if out.exists():
        parser.error(f"{out} is there already: name a new file with --out")
    stop_on_signals()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        results = asyncio.run(measure(flags.seconds, flags.rounds, flags.clients))
        out.write_text(json.dumps(results, indent=1) + "\n")
    except KeyboardInterrupt:
        sys.stderr.write(f"{parser.prog}: stopped; nothing is kept\n")
        return 1
    except (ProcessFailed, OSError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    print_tables(results, Console())
    sys.stdout.write(f"{out}\n")
    return 0


async def measure(seconds: float, rounds: int, clients: int) -> dict[str, Any]:
    """All runs, as they go into the JSON. Raises ProcessFailed."""
    results = _heading(seconds, rounds, clients)
    runs, lateness = results["runs"], results["lateness"]
    progress = Console(stderr=True)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "clients.log"
        setup = Setup(broadcasts(clients), clients, seconds, divide_cores(), log)
        results["machine"]["client_core"] = setup.core
        for turn in range(rounds):
            for kind in KINDS[:: -1 if turn % 2 else 1]:  # A B C, C B A, ...
                progress.print(f"round {turn + 1} of {rounds}: {kind.name}", highlight=False)
                reading = await saturate(kind, setup)
                runs.append({"client": kind.name, "round": turn + 1, **asdict(reading)})
        summary = results["summary"] = summarize(runs)
        half_per_s = summary[EXPERIMENT.name]["events_per_s"] / 2
        for load, per_s in (("at half", half_per_s), ("as needed", NEEDED_PER_S)):
            progress.print(f"sending, {load}", highlight=False)
            reading, late = await send(per_s, setup)
            lateness.append({"load": load, "offered_per_s": per_s, **asdict(reading), **late})
    results["machine"]["load_average_after"] = _load_average()
    return results


def _heading(seconds: float, rounds: int, clients: int) -> dict[str, Any]:
    """The JSON before the first run."""
    return {
        "schema": SCHEMA,
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": {"seconds": seconds, "rounds": rounds, "clients": clients},
        "machine": {
            "cpus": psutil.cpu_count(),
            "cpu_model": cpu_model(),
            "load_average": _load_average(),
        },
        "versions": describe_versions() | {name: metadata.version(name) for name in GENERATORS},
        "runs": [],
        "summary": {},
        "lateness": [],
    }


def _load_average() -> list[float]:
    return [round(each, 2) for each in psutil.getloadavg()]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message}; --help lists what can be set\n")


def _number(kind: type[int] | type[float], low: float, high: float) -> Any:
    """Turns a text into a number within limits, or tells argparse what would be right."""

    def number(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind()
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be from {low:g} to {high:g}, not {text!r}")
        return value

    return number


if __name__ == "__main__":
    sys.exit(main())
