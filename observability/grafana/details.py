"""The second dashboard: why it is so. Rows from what a user feels down to what the disk does."""

from grafana_foundation_sdk.builders import heatmap, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard, Row
from grafana_foundation_sdk.models.common import ScaleDistribution
from grafana_foundation_sdk.models.units import BytesIEC, NoUnit, PercentUnit, Seconds, Short

from observability import names
from observability.grafana import queries
from observability.grafana.board import board
from observability.grafana.panels import PER_SECOND, heat_map, lines
from observability.grafana.trouble import faults, losses_of_traces, refusals

UID, TITLE = "new-years-eve-details", "New Year's Eve: in detail"

HEIGHT = 8
THIRD, FULL = 8, 24
MOST_SERVERS = 3  # challenge, solution and an attempt, side by side

Lines = list[timeseries.Panel]


def details() -> Dashboard:
    """The dashboard behind the first screen."""
    made = board(UID, TITLE, "What the servers do for a message, what waits, and what goes wrong.")
    made = made.with_row(Row("Response time, from accepted until on disk"))
    made = _in_thirds(made, response_times()).with_panel(
        _for_each_server(
            "Response times of $job",
            "Is it one band, or two: a fast one, and one that waited for something?",
            Seconds,
            names.STORE_SECONDS,
        )
    )
    made = _in_thirds(made.with_row(Row("What comes, waits and leaves")), flow() + effort())
    made = made.with_row(Row("Writes and batches: the lesson"))
    made = _in_thirds(made, writes() + batches()).with_panel(
        _for_each_server(
            "Batch sizes of $job",
            "Small batches while little comes, full ones at midnight: how many writes took how "
            "many messages at once.",
            Short,
            names.BATCH_SIZES,
        )
    )
    made = _in_thirds(made.with_row(Row("Trouble: 0 is right, but for skipped traces")), refusals())
    return _in_thirds(made, faults() + losses_of_traces())


def response_times() -> Lines:
    """What users feel."""
    look_for = {
        0.5: "What most feel. With one lone user the solution is the slower one: its batch waits "
        "for others, up to 50 ms.",
        0.95: "The objective is 1 s. Above it, look whether more is accepted than delivered.",
        0.99: "What the unlucky feel: far from the others, something stops the server at times.",
    }
    return [
        lines(
            f"{part * 100:g} of 100 messages within (p{part * 100:g})",
            sentence,
            Seconds,
            queries.quantile(part, names.STORE_SECONDS),
            scale=ScaleDistribution.LOG,
        )
        for part, sentence in look_for.items()
    ]


def flow() -> Lines:
    """What comes in, what could not be done yet, and what was done."""
    return [
        lines(
            "Accepted",
            "What comes in: the same for both, if both have the same load.",
            PER_SECOND,
            queries.rate(names.ACCEPTED),
        ),
        lines(
            "Delivered",
            "Stored and sent to the room. What is accepted and not delivered waits in the queue.",
            PER_SECOND,
            queries.rate(names.STORED),
        ),
        lines(
            "Clients",
            "Connected right now. Do they fall away when the server gets slow?",
            Short,
            queries.now(names.CLIENTS),
            operation=names.SEND_MESSAGE,
        ),
        lines(
            "Messages in the queue",
            "It grows while more comes than is stored. Beyond 10,000 senders are refused.",
            Short,
            queries.now(names.QUEUE_MESSAGES),
        ),
        lines(
            "Bytes in the queue",
            "Bounded, too, by 16 MiB: long messages reach this bound first.",
            BytesIEC,
            queries.now(names.QUEUE_BYTES),
        ),
    ]


def effort() -> Lines:
    """How hard the process works."""
    return [
        lines(
            "CPU",
            "100 % is one core, and a server cannot use more. Most of it is JSON: look at json.ms "
            "and fsync.ms in a trace.",
            PercentUnit,
            queries.rate(queries.CPU_SECONDS),
        ),
    ]


def writes() -> Lines:
    """What one message costs."""
    return [
        lines(
            "File writes for each message",
            "1 in the challenge. In the solution a hundredth at best, and more while little comes. "
            "A sign-up or a new room is a write, too: do not go by the first seconds.",
            NoUnit,
            queries.per_message(names.FILE_WRITES),
        ),
        lines(
            "Bytes written for each message",
            "A write is the whole file, so this grows with its history; a batch shares it.",
            BytesIEC,
            queries.per_message(names.FILE_WRITTEN_BYTES),
        ),
        lines(
            "CPU for each message",
            "What one message costs in processor time: it bounds how many a core can take.",
            Seconds,
            queries.per_message(queries.CPU_SECONDS),
        ),
    ]


def batches() -> Lines:
    """What one write carries."""
    return [
        lines(
            "Messages in one write",
            "1 in the challenge. In the solution it follows the load, up to 100: the fuller the "
            "batch, the cheaper each message.",
            NoUnit,
            queries.mean(names.BATCH_SIZES),
        ),
        lines(
            "One write takes",
            "Reading, encoding and writing the whole file: about the same in both. The solution "
            "does not write faster, but less often.",
            Seconds,
            queries.mean(names.FLUSH_SECONDS),
        ),
        lines(
            "File reads for each message",
            "Each write reads the file first: keeping it in memory would be the next step.",
            NoUnit,
            queries.per_message(names.FILE_READS),
            operation=names.FILE_READ,
        ),
    ]


def _in_thirds(made: Dashboard, panels: Lines) -> Dashboard:
    for panel in panels:
        made = made.with_panel(panel.span(THIRD).height(HEIGHT))
    return made


def _for_each_server(title: str, look_for: str, unit: str, histogram: str) -> heatmap.Panel:
    """A heat map that Grafana draws once for each server chosen, side by side."""
    drawn = heat_map(title, look_for, unit, queries.buckets(histogram), "$job")
    drawn = drawn.repeat("job").repeat_direction("h").max_per_row(MOST_SERVERS)
    return drawn.span(FULL).height(HEIGHT)
