"""The last row of details.py: what goes wrong."""

from grafana_foundation_sdk.builders import timeseries
from grafana_foundation_sdk.models.units import Short

from observability import names
from observability.grafana import queries
from observability.grafana.panels import PER_SECOND, lines

Lines = list[timeseries.Panel]


def refusals() -> Lines:
    """What never entered the server, or left it without being stored."""
    return [
        lines(
            "Refused, by reason",
            "queue_full: too much came. storage_unavailable: the disk fails. shutting_down: it was "
            "stopped. The others are mistakes of the sender.",
            PER_SECOND,
            queries.rate(names.REFUSED, by="job, reason") + " > 0",  # reasons that happened
            legend="{{job}}: {{reason}}",
            operation=names.SEND_MESSAGE,
        ),
        lines(
            "Failed",
            "Accepted and never stored: each sender was told by an error.",
            PER_SECOND,
            queries.rate(names.FAILED),
        ),
        lines(
            "Messages unaccounted for",
            "Accepted, but not stored, failed or queued: a bug of the server.",
            Short,
            queries.unaccounted(),
        ),
    ]


def faults() -> Lines:
    """What broke."""
    return [
        lines(
            "Storage failures",
            "Reads and writes that failed: storage.failed in the traces has the cause.",
            PER_SECOND,
            queries.rate(names.STORAGE_FAILURES),
        ),
        lines(
            "Damaged files",
            "Could not be read and were set aside: see the log, and /health.",
            Short,
            queries.now(names.DAMAGED_FILES),
        ),
        lines(
            "Slow clients cut",
            "Who does not read what is sent would cost memory without bound, and is cut off.",
            PER_SECOND,
            queries.rate(names.SLOW_CLIENTS_CUT),
            operation=names.SEND_MESSAGE,
        ),
    ]


def losses_of_traces() -> Lines:
    """What the traces do not show."""
    return [
        lines(
            "Spans dropped",
            "Lost on the way to Jaeger: is it there, and fast enough? What is counted in traces is "
            "then too low.",
            PER_SECOND,
            queries.rate(names.SPANS_DROPPED),
        ),
        lines(
            "Traces skipped",
            "No trouble: of more than 50 alike in a second some are left out on purpose, and those "
            "kept tell how many.",
            PER_SECOND,
            queries.rate(names.TRACES_SKIPPED),
            operation=names.SEND_MESSAGE,
        ),
    ]
