"""The trace store as the process that people start, on free ports."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FREE_PORTS = ("--thrift-port", "0", "--otlp-port", "0", "--query-port", "0")
STOP_S = 10.0


@dataclass(frozen=True)
class RunningStore:
    """A trace store that serves, and its addresses."""

    process: subprocess.Popen[str]
    thrift: str
    otlp: str
    query: str


def start_store(*flags: str) -> subprocess.Popen[str]:
    """Start the process; it may still be starting, or ending with an error."""
    return subprocess.Popen(
        [sys.executable, "-m", "observability.trace_store", *flags],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running_store(*flags: str) -> Iterator[RunningStore]:
    """A store that serves; it is stopped at the end if it still runs."""
    with start_store(*FREE_PORTS, *flags) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            line = process.stdout.readline()
            assert line, f"the trace store did not start:\n{process.stderr.read()}"
            addresses = dict(re.findall(r"(\w+)=(\S+)", line))
            yield RunningStore(process, addresses["thrift"], addresses["otlp"], addresses["query"])
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
