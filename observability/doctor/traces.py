"""Whether spans arrive: one is sent as the servers send theirs, and looked for as readers do."""

import os
import time
from collections.abc import Mapping

from observability.doctor.finding import Finding, ok, problem, warning
from observability.jaeger_client import JaegerClient, JaegerError
from observability.sampling import SAMPLER
from observability.tracing import QUERY_URL, set_up_tracing

SERVICE = "doctor"
FAREWELL_S = 3.0
WAIT_S = 5.0  # Jaeger shows what was posted after up to a second
WHAT = "traces"


def check_traces(environ: Mapping[str, str] = os.environ) -> Finding:
    """Send a span through the configured exporter and read it back from the query address."""
    query_url = environ.get("JAEGER_QUERY_URL", QUERY_URL)
    # Whatever the servers keep of theirs, this one span is to be kept.
    own = {"OTEL_SERVICE_NAME": SERVICE, SAMPLER: "always_on"}
    try:
        tracing = set_up_tracing(SERVICE, {**environ, **own})
    except ValueError as error:
        return problem(WHAT, str(error), "correct or unset the variable")
    started_us = time.time_ns() // 1000
    with tracing.tracer(SERVICE).start_as_current_span("doctor.check"):
        pass
    if not tracing.made:
        advice = "unset OTEL_TRACES_EXPORTER and OTEL_SDK_DISABLED to see traces"
        return warning(WHAT, "switched off", advice)
    if tracing.close(FAREWELL_S):
        advice = "start the trace store in another terminal, then the server: make traces"
        return warning(WHAT, f"no span arrives at {tracing.endpoint}", advice)
    try:
        with JaegerClient(query_url) as client:
            client.wait_for_traces(SERVICE, started_us, time.time_ns() // 1000, wait_s=WAIT_S)
    except JaegerError as error:
        advice = "do JAEGER_QUERY_URL and the exporter's address belong to the same Jaeger?"
        return problem(WHAT, f"a span was sent, and not found: {error}", advice)
    return ok(WHAT, f"a span was sent to {tracing.endpoint} and found at {query_url}")
