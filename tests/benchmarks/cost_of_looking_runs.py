"""The runs of the cost of looking: a fresh server each, which is traced in one of four ways.

Each run sends a warm-up, rests, and sends what is measured; then it rests again, so that the spans
of what is measured are exported, and paid for, before its counters are read.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from load_test.experiment.arrivals import make_schedule
from load_test.experiment.load import Load
from load_test.experiment.phases import Phase
from load_test.experiment.prepared import Prepared
from load_test.experiment.processes import PROJECT
from load_test.experiment.run import Watch, run_once
from load_test.experiment.servers import Package
from load_test.experiment.settings import Settings, setting
from load_test.experiment.traces import EXPORTER, Traces, open_traces
from observability.sampling import SAMPLER
from tests.benchmarks.cost_of_looking_figures import MEASURED, read_figures

BOTH = "both"
# What a demo sends, about, and far more than is kept of it; the challenge can store 25 and more.
RATES_PER_S = {"solution": (200.0, 1_000.0), "challenge": (25.0,)}
WARM_UP_S = 1.0
REST_S = 1.5  # its first half is counted, and longer than the 0.5 s after which spans leave
OVERHEAD_S = 3.0  # of a run: start, connect, drain, reading the spans; about


@dataclass(frozen=True)
class Way:
    """A way to trace a server: what it is called, and the variables that say so."""

    name: str
    environment: Mapping[str, str]


KEEP_ALL = {SAMPLER: "always_on"}
NONE = Way("none", {EXPORTER: "none"})
SHIPPED = Way("shipped", {})
ALL_THRIFT = Way("all thrift", {EXPORTER: "jaeger", **KEEP_ALL})
ALL_OTLP = Way("all otlp", {EXPORTER: "otlp", **KEEP_ALL})
WAYS = (NONE, SHIPPED, ALL_THRIFT, ALL_OTLP)


@dataclass(frozen=True)
class Case:
    """A server, and the load that it gets."""

    server: str
    rate_per_s: float

    def __str__(self) -> str:
        return f"{self.server} {self.rate_per_s:,.0f}/s"


@dataclass(frozen=True, kw_only=True)
class Looking(Settings):
    """The settings of the benchmark."""

    # Little history and small rooms: a message costs little, and what looking adds shows.
    history: int = setting(200, "messages stored before each run begins", low=0, high=1_000_000)
    users: int = setting(20, "users, each with one connection", low=2, high=2_000)
    rooms: int = setting(5, "rooms, with an equal share of the users each", low=1, high=1_000)
    server: str = setting(BOTH, "which server is looked at", choices=(*RATES_PER_S, BOTH))
    rate: float = setting(
        0.0, "messages a second; 0 for each server's own: 200 and 1,000, or 25", low=0, high=20_000
    )
    # Processor time is told in hundredths of a second: 1 % of what 200 messages cost the challenge.
    seconds: float = setting(8.0, "seconds of a run that are measured", low=0.5, high=600)
    rounds: int = setting(4, "rounds of all four ways, by turns", low=1, high=100)

    @property
    def cases(self) -> list[Case]:
        """The servers and their loads."""
        servers = list(RATES_PER_S) if self.server == BOTH else [self.server]
        return [
            Case(server, rate)
            for server in servers
            for rate in ((self.rate,) if self.rate else RATES_PER_S[server])
        ]

    @property
    def run_s(self) -> float:
        """About how long a run takes."""
        return OVERHEAD_S + WARM_UP_S + self.seconds + 1.5 * REST_S


@contextmanager
def collecting_traces(folder: Path) -> Iterator[Traces]:
    """A trace store of our own; unlike an experiment's, it leaves sampling to the ways."""
    with open_traces(folder / "traces.db", folder / "trace-store.log", {}) as traces:
        addresses = {key: text for key, text in traces.environment.items() if key != SAMPLER}
        yield replace(traces, environment=addresses)


@dataclass(frozen=True)
class Bench:
    """Where runs are made: the folder of their data, the users, and the traces."""

    settings: Looking
    folder: Path
    prepared: Prepared
    traces: Traces
    watch: Watch  # who is told how a run goes

    def measure(self, case: Case, way: Way) -> dict[str, Any]:
        """The figures of one run. Raises ProcessFailed or JaegerError."""
        return self._run(case, way, Package(case.server, PROJECT), {})

    def watch_hub(self, case: Case, way: Way) -> dict[str, Any]:
        """How long the hub was stopped, in a run for that. Raises ProcessFailed or JaegerError."""
        package = Package("tests.benchmarks.watched_server", PROJECT)
        stops = self.folder / "stops.json"
        environment = {"WATCHED_SERVER": case.server, "HUB_STOPS": str(stops)}
        figures = self._run(case, way, package, environment)
        stopped = {"stops": json.loads(stops.read_text())}
        return {key: figures[key] for key in ("valid", "invalid_because")} | stopped

    def _run(
        self, case: Case, way: Way, package: Package, more: Mapping[str, str]
    ) -> dict[str, Any]:
        phases = (
            Phase("warm-up", WARM_UP_S, case.rate_per_s, rests_s=REST_S),
            Phase(MEASURED, self.settings.seconds, case.rate_per_s, rests_s=REST_S),
            Phase("end"),
        )
        load = Load.make(phases, make_schedule(phases, self.settings), self.prepared)
        data, log = self.folder / "run", self.folder / "server.log"
        environment = {**self.traces.environment, **way.environment, **more}
        record = run_once(package, self.prepared, load, data, log, environment, self.watch)
        shutil.rmtree(data)
        self.watch("reading the spans", None)
        spans = self.traces.read(case.server, *record.window_us, lambda found: True) or []
        return read_figures(case.server, record, len(spans), log.read_text())
