"""Executes a notebook with nbclient, in a process that can be stopped at any moment."""

from collections.abc import Mapping
from pathlib import Path

from load_test.experiment.processes import ProcessFailed, PythonProcess

# The demo ends within three minutes in all.
MOST_S = 60.0


class NotebookFailed(Exception):
    """Raised when a notebook is not there, or one of its cells fails."""


def execute_notebook(source: Path, target: Path, log: Path, environment: Mapping[str, str]) -> Path:
    """Write a copy of `source` with its outputs to `target`. Raises NotebookFailed.

    `environment` goes on top of ours. The process is nbclient's own command; in our process it
    would take over Ctrl-C.
    """
    if not source.is_file():
        raise NotebookFailed(f"there is no notebook {source}")
    flags = ("execute", f"--output={target.with_suffix('')}", str(source))
    with PythonProcess("jupyter", flags, log, environment) as process:
        try:
            code = process.wait(MOST_S)
            if code:
                raise process.failure(f"ended with exit code {code}")
        except ProcessFailed as error:
            raise NotebookFailed(f"the notebook {source.name} failed: {error}") from error
    return target
