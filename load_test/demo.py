"""The before and after of this workshop: `make demo`, or `python -m load_test.demo`.

Runs challenge and solution under the same New Year's load and shows both: a table here, and
charts, the executed notebook, the spans and a page in results/<time>/. The page's path is the last
line. One round of each shows what happens; it judges nothing, which is what compare is for.
"""

import dataclasses
import os
import sys
from pathlib import Path

from rich.console import Console

from load_test.experiment.arrivals import make_schedule
from load_test.experiment.bench import RUN_OVERHEAD_S, Bench, prepare_s
from load_test.experiment.command import REPORT_S, draw_report, run_to_the_end
from load_test.experiment.evening import Evening
from load_test.experiment.load import Load
from load_test.experiment.machine import describe_machine, describe_versions
from load_test.experiment.notebook import NotebookFailed, execute_notebook
from load_test.experiment.processes import PROJECT
from load_test.experiment.progress import Progress
from load_test.experiment.results import FILE_NAME, FolderTaken, begin_results, make_folder
from load_test.experiment.servers import Package
from load_test.experiment.settings import OneLineParser
from load_test.experiment.table import print_table
from load_test.experiment.traces import QUERY_URL, Traces, WrongTraces, open_traces, users_traces

NOTEBOOK = PROJECT / "notebooks" / "before_after.ipynb"
NOTEBOOK_S = 12.0  # about, as are the others
LONE_S = 0.1


def main() -> int:
    """Run by the flags; the exit code is 0 if good, 1 if failed or invalid, 2 if used wrongly."""
    parser = OneLineParser("python -m load_test.demo", str(__doc__).partition("\n\n")[2], Evening)
    parser.add_argument("--out", type=Path, help="folder of the results (results/<time>)")
    parser.add_argument(
        "--notebook", type=Path, default=NOTEBOOK, help="the notebook to execute (%(default)s)"
    )
    settings, flags = parser.settings()
    try:
        users_traces(os.environ)
        folder = make_folder(flags.out)
    except (WrongTraces, FolderTaken) as error:
        parser.error(str(error))
    return run_to_the_end(parser.prog, folder, lambda: show(settings, folder, flags.notebook))


def show(settings: Evening, folder: Path, notebook: Path) -> int:
    """Run challenge and solution, and show it. Returns 1 if a run is invalid."""
    packages = {"A": Package.find("challenge"), "B": Package.find("solution")}
    screen = Console(stderr=True)
    with open_traces(folder / "traces.db", folder / "logs" / "trace-store.log") as traces:
        with (
            Progress(screen, expected_s(settings)) as progress,
            Bench(packages, folder, traces, progress) as bench,
        ):
            run_both(bench, settings)
        print_table(bench.results, Console())
        with Progress(screen, NOTEBOOK_S + REPORT_S) as progress:
            progress.begin("executing the notebook", NOTEBOOK_S)
            problem = _execute(notebook, folder, traces)
            progress.begin("drawing the report", REPORT_S)
            page = draw_report(bench.results, folder)
    if problem:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"{page}\n")
    return 0 if not problem and all(run["valid"] for run in bench.results["runs"]) else 1


def run_both(bench: Bench, settings: Evening) -> None:
    """One run of each, under the same schedule."""
    bench.results = begin_results(
        dataclasses.asdict(settings), describe_machine(bench.data), describe_versions()
    )
    prepared = bench.prepare(settings)
    schedule = make_schedule(settings.phases, settings)
    load = Load.make(settings.phases, schedule, prepared, settings.lone_messages)
    for side, package in bench.packages.items():
        bench.progress.begin(package.name, _run_s(settings))
        bench.results["runs"].append({**bench.run("1", side, prepared, load), "round": 1})
        bench.save()


def expected_s(settings: Evening) -> float:
    """About how long both runs take."""
    return prepare_s(settings) + 2 * _run_s(settings)


def _run_s(settings: Evening) -> float:
    return (
        RUN_OVERHEAD_S
        + LONE_S * settings.lone_messages
        + sum(phase.lasts_s for phase in settings.phases)
    )


def _execute(notebook: Path, folder: Path, traces: Traces) -> str | None:
    """Execute the notebook over the spans of this demo; what went wrong, or None."""
    if traces.query_url is None:
        return None
    environment = {QUERY_URL: traces.query_url, "RESULTS": str(folder / FILE_NAME)}
    try:
        execute_notebook(
            notebook, folder / notebook.name, folder / "logs" / "notebook.log", environment
        )
    except NotebookFailed as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main())
