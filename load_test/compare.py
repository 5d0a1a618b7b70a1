"""Measure two servers against each other: `python -m load_test.compare A B`.

A and B are packages of this project (challenge, solution) or folders with one (path/to/attempt).
Both get the same load on copies of the same data. results.json, charts and a page go to
results/<time>/, or to --out.
"""

import os
import sys
from pathlib import Path

from rich.console import Console

from load_test.experiment.command import REPORT_S, draw_report, run_to_the_end
from load_test.experiment.comparison import compare, expected_s
from load_test.experiment.progress import Progress
from load_test.experiment.results import FolderTaken, make_folder
from load_test.experiment.servers import NoSuchServer, Package
from load_test.experiment.settings import OneLineParser, Settings
from load_test.experiment.table import print_table
from load_test.experiment.traces import WrongTraces, open_traces, users_traces


def main() -> int:
    """Run by the flags; the exit code is 0 if good, 1 if failed or invalid, 2 if used wrongly."""
    parser = OneLineParser("python -m load_test.compare", str(__doc__).partition("\n\n")[2])
    parser.add_argument("a", metavar="A", help="the server to compare with, as challenge")
    parser.add_argument("b", metavar="B", help="the server to be compared, as solution")
    parser.add_argument("--out", type=Path, help="folder of the results (results/<time>)")
    Settings.add_flags(parser)
    settings, flags = parser.settings()
    try:
        packages = {"A": Package.find(flags.a), "B": Package.find(flags.b)}
        users_traces(os.environ)
        folder = make_folder(flags.out)
    except (NoSuchServer, WrongTraces, FolderTaken) as error:
        parser.error(str(error))
    return run_to_the_end(parser.prog, folder, lambda: measure(packages, settings, folder))


def measure(packages: dict[str, Package], settings: Settings, folder: Path) -> int:
    """Compare, and show it. Returns 1 if a run is invalid."""
    with (
        open_traces(folder / "traces.db", folder / "logs" / "trace-store.log") as traces,
        Progress(Console(stderr=True), expected_s(settings) + REPORT_S) as progress,
    ):
        results = compare(packages, settings, folder, traces, progress)
        progress.begin("drawing the report", REPORT_S)
        page = draw_report(results, folder)
    print_table(results, Console())
    sys.stdout.write(f"{page}\n")
    return 0 if all(run["valid"] for run in results["runs"]) else 1


if __name__ == "__main__":
    sys.exit(main())
