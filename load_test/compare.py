"""Measure two servers against each other: `python -m load_test.compare A B`.

A and B are packages of this project (challenge, solution) or folders with one (path/to/attempt);
A may be B, to see that it then finds no difference. Both get the same load on copies of the same
data, in turns, until there is a verdict or the time is up. results.json, charts and a page go to
results/<time>/, or to --out. Ctrl-C ends it early; the finished rounds are kept and reported.
"""

import os
import sys
from pathlib import Path

from rich.console import Console

from load_test.experiment.bench import Bench
from load_test.experiment.command import REPORT_S, draw_report, run_to_the_end
from load_test.experiment.comparison import compare, expected_s
from load_test.experiment.conclusion import INVALID, conclude, failed
from load_test.experiment.contest import Contest
from load_test.experiment.listing import NoResults, list_runs, print_list, redraw
from load_test.experiment.processes import ProcessFailed
from load_test.experiment.progress import Progress
from load_test.experiment.results import RESULTS, FolderTaken, make_folder
from load_test.experiment.servers import NoSuchServer, Package
from load_test.experiment.settings import OneLineParser
from load_test.experiment.table import print_table
from load_test.experiment.traces import WrongTraces, open_traces, users_traces


def main() -> int:
    """Run by the flags; the exit code is 0 if good, 1 if failed or invalid, 2 if used wrongly."""
    parser = OneLineParser(
        "python -m load_test.compare", str(__doc__).partition("\n\n")[2], Contest
    )
    parser.add_argument("a", metavar="A", nargs="?", help="the server to compare with: challenge")
    parser.add_argument("b", metavar="B", nargs="?", help="the server to be compared: solution")
    parser.add_argument("--out", type=Path, help="folder of the results (results/<time>)")
    parser.add_argument(
        "--list", action="store_true", help="show the last runs, and measure nothing"
    )
    parser.add_argument("--report", type=Path, metavar="RUN", help="draw a run's report anew")
    settings, flags = parser.settings()
    if flags.list:
        print_list(list_runs(RESULTS), Console())
        return 0
    try:
        if flags.report:
            sys.stdout.write(f"{redraw(flags.report)}\n")
            return 0
        if flags.b is None:
            parser.error("two servers are needed, as challenge solution")
        packages = {"A": Package.find(flags.a), "B": Package.find(flags.b)}
        users_traces(os.environ)
        folder = make_folder(flags.out)
    except (NoSuchServer, NoResults, WrongTraces, FolderTaken) as error:
        parser.error(str(error))
    return run_to_the_end(parser.prog, folder, lambda: measure(packages, settings, folder))


def measure(packages: dict[str, Package], settings: Contest, folder: Path) -> int:
    """Compare, and show what was measured, also if that was cut short.

    Returns 1 if it was, or if the verdict is that it is invalid.
    """
    stopped: KeyboardInterrupt | ProcessFailed | None = None
    with (
        open_traces(folder / "traces.db", folder / "logs" / "trace-store.log") as traces,
        Progress(Console(stderr=True), expected_s(settings)) as progress,
        Bench(packages, folder, traces, progress) as bench,
    ):
        try:
            compare(bench, settings)
        except (KeyboardInterrupt, ProcessFailed) as error:
            if not bench.results:
                raise
            stopped = error
            cut_short(bench, error)
        progress.begin("drawing the report", REPORT_S)
        page = draw_report(bench.results, folder)
    print_table(bench.results, Console())
    sys.stdout.write(f"{page}\n")
    if isinstance(stopped, ProcessFailed):
        raise stopped  # for its last words, and for what is kept
    return 1 if stopped or bench.results["verdict"]["outcome"] == INVALID else 0


def cut_short(bench: Bench, error: KeyboardInterrupt | ProcessFailed) -> None:
    """The verdict of what was measured until it was stopped, or a server failed."""
    results = bench.results
    if isinstance(error, ProcessFailed):
        results["verdict"] = failed(results, error.problem)
    else:
        results["verdict"] = conclude(results, stopped=True)
    bench.save()


if __name__ == "__main__":
    sys.exit(main())
