"""The first screen. Three questions, each with a number and its course: what happens to response
time, is memory stable, are there errors? Then all response times, before and after side by side.
"""

from grafana_foundation_sdk.builders import heatmap, stat, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.models.common import ScaleDistribution
from grafana_foundation_sdk.models.units import BytesIEC, PercentUnit, Seconds

from observability import names
from observability.grafana import queries
from observability.grafana.board import board
from observability.grafana.panels import heat_map, lines, number

UID, TITLE = "new-years-eve", "New Year's Eve: before and after"

# A screen of 1080 lines shows about 22 of Grafana's rows below its own bars, and 24 columns.
NUMBER_HEIGHT, COURSE_HEIGHT, HEAT_HEIGHT = 4, 8, 9
THIRD, HALF = 8, 12


def overview() -> Dashboard:
    """The dashboard that Grafana starts on."""
    made = board(UID, TITLE, "Did the batches help? Challenge and solution on one screen.")
    for figure in numbers():
        made = made.with_panel(figure.span(THIRD).height(NUMBER_HEIGHT))
    for course in courses():
        made = made.with_panel(course.span(THIRD).height(COURSE_HEIGHT))
    for server in ("challenge", "solution"):
        made = made.with_panel(all_response_times(server).span(HALF).height(HEAT_HEIGHT))
    return made


def numbers() -> list[stat.Panel]:
    """The three questions, each answered by a number for all the time shown."""
    return [
        number(
            "95 of 100 messages are stored within",
            "From accepted until on disk, over all the time shown. Up to 1 s nobody minds.",
            Seconds,
            queries.quantile(0.95, names.STORE_SECONDS, over=queries.ALL_TIME_SHOWN),
        ),
        number(
            "Most memory",
            "The most that the process held in the time shown. Much more in one of them: its queue "
            "grew.",
            BytesIEC,
            queries.most(queries.MEMORY),
        ),
        number(
            "Messages refused or failed",
            "Of all sent in the time shown. Anything but 0 is a greeting that never arrived.",
            PercentUnit,
            queries.share_lost(over=queries.ALL_TIME_SHOWN),
        ),
    ]


def courses() -> list[timeseries.Panel]:
    """The three questions, moment by moment."""
    return [
        lines(
            "Response time of 95 of 100",
            "Does it climb while the load stays the same? Then messages queue up, and the last one "
            "waits for all before it. The scale is logarithmic: a step up is ten times slower.",
            Seconds,
            queries.quantile(0.95, names.STORE_SECONDS),
            scale=ScaleDistribution.LOG,
        ),
        lines(
            "Memory",
            "Flat is stable. A climb that ends with the load was the queue; one that goes on is a "
            "leak.",
            BytesIEC,
            queries.now(queries.MEMORY),
        ),
        lines(
            "Share refused or failed",
            "0 all the time is right. It jumps when the queue is full or the disk fails: the "
            "reasons are on the other dashboard, under Trouble.",
            PercentUnit,
            queries.share_lost(),
            operation=names.SEND_MESSAGE,
        ),
    ]


def all_response_times(server: str) -> heatmap.Panel:
    """How the response times of one server are spread."""
    return heat_map(
        f"Response times of the {server}",
        "Each column is a moment; the fuller the colour, the more messages. A band that stays low "
        "is good; one that climbs after midnight and comes back late is a queue being worked off.",
        Seconds,
        queries.buckets(names.STORE_SECONDS, f'job="{server}"'),
        server,
    )
