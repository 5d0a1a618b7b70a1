"""How the commands end: with a page, or a sentence; an exit code; and nothing left running."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from load_test.experiment.processes import ProcessFailed, stop_descendants, stop_on_signals
from load_test.experiment.results import what_is_kept
from observability.jaeger_client import JaegerError

REPORT_S = 5.0  # that drawing the report takes, about


def draw_report(results: dict[str, Any], folder: Path) -> Path:
    """Write the charts and the page into `folder`; the path of the page."""
    # It draws with matplotlib, which takes a second to import, and is no part of the generator.
    from load_test.experiment.report import write_report

    return write_report(results, folder)


def run_to_the_end(program: str, folder: Path, work: Callable[[], int]) -> int:
    """The exit code of `work`, or 1 if it was stopped or failed; then says why, and what is kept.

    Whatever happens, every process that was started meanwhile has ended afterwards.
    """
    stop_on_signals()
    try:
        return work()
    except KeyboardInterrupt:
        sys.stderr.write(f"{program}: stopped; {what_is_kept(folder)}\n")
    except (ProcessFailed, JaegerError, OSError) as error:
        sys.stderr.write(f"{program}: {error}\n{program}: {what_is_kept(folder)}\n")
    finally:
        stop_descendants()
    return 1
