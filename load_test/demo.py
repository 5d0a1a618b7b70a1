"""The before and after of this workshop: `make demo`, or `python -m load_test.demo`.

Runs challenge and solution under the same New Year's load and shows both: a table here, and
charts, the executed notebook, the spans and a page in results/<time>/. The page's path is the last
line. One round of each shows what happens; it judges nothing, which is what compare is for.
"""

import os
import sys
from pathlib import Path

from rich.console import Console

from load_test.experiment.command import REPORT_S, draw_report, run_to_the_end
from load_test.experiment.comparison import compare, expected_s
from load_test.experiment.notebook import NotebookFailed, execute_notebook
from load_test.experiment.processes import PROJECT
from load_test.experiment.progress import Progress
from load_test.experiment.results import FILE_NAME, FolderTaken, make_folder
from load_test.experiment.servers import Package
from load_test.experiment.settings import OneLineParser, Settings
from load_test.experiment.table import print_table
from load_test.experiment.traces import QUERY_URL, Traces, WrongTraces, open_traces, users_traces

NOTEBOOK = PROJECT / "notebooks" / "before_after.ipynb"
NOTEBOOK_S = 12.0  # about


def main() -> int:
    """Run by the flags; the exit code is 0 if good, 1 if failed or invalid, 2 if used wrongly."""
    parser = OneLineParser("python -m load_test.demo", str(__doc__).partition("\n\n")[2])
    parser.add_argument("--out", type=Path, help="folder of the results (results/<time>)")
    parser.add_argument(
        "--notebook", type=Path, default=NOTEBOOK, help="the notebook to execute (%(default)s)"
    )
    Settings.add_flags(parser)
    settings, flags = parser.settings()
    try:
        users_traces(os.environ)
        folder = make_folder(flags.out)
    except (WrongTraces, FolderTaken) as error:
        parser.error(str(error))
    return run_to_the_end(parser.prog, folder, lambda: show(settings, folder, flags.notebook))


def show(settings: Settings, folder: Path, notebook: Path) -> int:
    """Compare challenge and solution, and show it. Returns 1 if a run is invalid."""
    packages = {"A": Package.find("challenge"), "B": Package.find("solution")}
    screen = Console(stderr=True)
    with open_traces(folder / "traces.db", folder / "logs" / "trace-store.log") as traces:
        with Progress(screen, expected_s(settings)) as progress:
            results = compare(packages, settings, folder, traces, progress)
        print_table(results, Console())
        with Progress(screen, NOTEBOOK_S + REPORT_S) as progress:
            progress.begin("executing the notebook", NOTEBOOK_S)
            problem = _execute(notebook, folder, traces)
            progress.begin("drawing the report", REPORT_S)
            page = draw_report(results, folder)
    if problem:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"{page}\n")
    return 0 if not problem and all(run["valid"] for run in results["runs"]) else 1


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
