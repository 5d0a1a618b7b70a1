"""Where the servers' spans go during an experiment, and how they are read back.

Without a word from the user it is a trace store of our own, on free ports, which keeps them in a
file beside the results. With ``OTEL_EXPORTER_JAEGER_ENDPOINT`` and ``JAEGER_QUERY_URL`` both set
it is theirs, a real Jaeger for example. ``OTEL_TRACES_EXPORTER=none`` does without.

Every trace is kept, unless ``OTEL_TRACES_SAMPLER`` says otherwise: the reports count spans.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from load_test.experiment.processes import ProcessFailed, PythonProcess
from observability.jaeger_client import JaegerClient
from observability.sampling import SAMPLER
from observability.spans import Span

ENDPOINT, QUERY_URL = "OTEL_EXPORTER_JAEGER_ENDPOINT", "JAEGER_QUERY_URL"
EXPORTER = "OTEL_TRACES_EXPORTER"
ADDRESSES = re.compile(r"trace store: thrift=(\S+) otlp=(\S+) query=(\S+) ")
START_S = 15.0
STOP_S = 1.5  # of the 3 s within which Ctrl-C has stopped everything
# A real Jaeger shows what was posted after up to a second.
SHOWN_WITHIN_S = 5.0
POLL_S = 0.2


class WrongTraces(Exception):
    """Raised when the environment variables do not say where spans go."""


@dataclass(frozen=True)
class Traces:
    """`environment` tells servers where to send spans; at `query_url` they can be read, if at all.

    `database` is the file of our own store, None if the spans are kept elsewhere or nowhere.
    """

    environment: Mapping[str, str]
    query_url: str | None
    database: Path | None = None

    def read(
        self, service: str, start_us: int, end_us: int, enough: Callable[[list[Span]], bool]
    ) -> list[Span] | None:
        """The spans of a service in a window of microseconds since 1970, None if there are none.

        What was posted may show a little later, so it reads again until there are `enough`, or
        that late. Raises JaegerError.
        """
        if self.query_url is None:
            return None
        deadline_s = time.monotonic() + SHOWN_WITHIN_S
        with JaegerClient(self.query_url) as jaeger:
            while True:
                spans = list(jaeger.spans(service, start_us, end_us))
                if enough(spans) or self.database or time.monotonic() > deadline_s:
                    return spans
                time.sleep(POLL_S)


@contextmanager
def open_traces(
    database: Path, log: Path, environ: Mapping[str, str] = os.environ
) -> Iterator[Traces]:
    """The traces of an experiment, by the environment variables named above.

    Raises WrongTraces, JaegerError if theirs cannot be read, or ProcessFailed if our own store
    does not start.
    """
    if theirs := users_traces(environ):
        if theirs.query_url:
            with JaegerClient(theirs.query_url) as jaeger:
                jaeger.services()  # better now than after the first run
        yield theirs
        return
    flags = ("--thrift-port", "0", "--otlp-port", "0", "--query-port", "0", "--db", str(database))
    with PythonProcess("observability.trace_store", flags, log, {}) as store:
        thrift, otlp, query = store.wait_for_line(ADDRESSES, START_S).groups()
        environment = {
            **_sampling(environ),
            EXPORTER: environ.get(EXPORTER, "jaeger"),
            ENDPOINT: f"{thrift}/api/traces?format=jaeger.thrift",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{otlp}/v1/traces",
        }
        try:
            yield Traces(environment, query, database)
        finally:
            with suppress(ProcessFailed):  # what it was sent is in its file, however it ends
                store.stop(STOP_S)


def users_traces(environ: Mapping[str, str]) -> Traces | None:
    """What the user asked for, or None if that is ours to choose. Raises WrongTraces."""
    if environ.get(EXPORTER) == "none":
        return Traces({EXPORTER: "none"}, None)
    given = [name for name in (ENDPOINT, QUERY_URL) if environ.get(name)]
    if len(given) == 1:
        missing = QUERY_URL if given == [ENDPOINT] else ENDPOINT
        raise WrongTraces(
            f"{given[0]} is set and {missing} is not: set both to use a Jaeger of yours, "
            "or neither to use the built-in trace store"
        )
    if not given:
        return None
    exporter = environ.get(EXPORTER, "jaeger")
    environment = {**_sampling(environ), EXPORTER: exporter, ENDPOINT: environ[ENDPOINT]}
    return Traces(environment, environ[QUERY_URL])


def _sampling(environ: Mapping[str, str]) -> dict[str, str]:
    return {SAMPLER: environ.get(SAMPLER, "always_on")}
