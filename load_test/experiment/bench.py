"""The bench on which runs are made: the folder, the servers' data, traces and progress of one
experiment, and its results.json, which is written anew after each run, so that what is finished
is kept whatever happens.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from load_test.experiment.counters import FILE_WRITES, increase
from load_test.experiment.load import Load
from load_test.experiment.prepared import UNTRACED, Prepared, prepare
from load_test.experiment.progress import Progress
from load_test.experiment.results import write_results
from load_test.experiment.run import RunRecord, run_once
from load_test.experiment.servers import Package
from load_test.experiment.settings import Settings
from load_test.experiment.summary import summarise
from load_test.experiment.traces import Traces
from observability import names
from observability.spans import Span

# About; for the time that is left only.
PREPARE_S, PREPARE_USER_S = 1.5, 0.08
RUN_OVERHEAD_S = 1.3  # start, connect, drain, spans


@dataclass
class Bench:
    """A context manager: at its end the data of the servers are gone, and the results stay."""

    packages: Mapping[str, Package]  # by side, A and B
    folder: Path
    traces: Traces
    progress: Progress
    deadline_s: float | None = None  # of `time.monotonic`: then servers that still run are ended
    results: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.data.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def data(self) -> Path:
        """The folder of the servers' data folders."""
        return self.folder / "data"

    def log(self, name: str) -> Path:
        """The file that a process prints to."""
        return self.folder / "logs" / f"{name}.log"

    def prepare(self, settings: Settings) -> Prepared:
        """Users, rooms and history. Raises ProcessFailed."""
        self.progress.begin("preparing users, rooms and history", prepare_s(settings))
        return prepare(self.packages["A"], settings, self.data / "prepared", self.log("prepare"))

    def run(
        self, name: str, side: str, prepared: Prepared, load: Load, traced: bool = True
    ) -> dict[str, Any]:
        """The numbers of one run, on a copy of the prepared data that is gone afterwards.

        Raises ProcessFailed or JaegerError.
        """
        package = self.packages[side]
        name = f"{name}-{side}-{package.name}"
        environment = {**self.traces.environment, "OTEL_SERVICE_NAME": package.name}
        data = self.data / name
        record = run_once(
            package, prepared, load, data, self.log(name),
            environment if traced else UNTRACED, self.progress.watch, self.deadline_s,
        )  # fmt: skip
        shutil.rmtree(data)
        spans = self._read_spans(package, record) if traced else None
        return {"server": package.name, "side": side, **summarise(record, spans)}

    def save(self) -> None:
        """Write results.json as it stands."""
        write_results(self.results, self.folder)

    def _read_spans(self, package: Package, record: RunRecord) -> list[Span] | None:
        self.progress.watch("reading the spans")
        # All runs of a package bear its name; the window tells them apart.
        window = record.window_us
        return self.traces.read(package.name, *window, lambda found: _all_there(record, found))


def prepare_s(settings: Settings) -> float:
    """About how long preparing takes."""
    return PREPARE_S + PREPARE_USER_S * settings.users


def _all_there(record: RunRecord, spans: list[Span]) -> bool:
    """Whether there is a span for each write that the server counted."""
    writes = increase(record.edges[0], record.edges[-1], FILE_WRITES) or 0
    return sum(span.operation == names.FILE_WRITE for span in spans) >= writes
