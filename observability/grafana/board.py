"""What both dashboards share: which servers they show, where midnight was, and how they look."""

from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.builders.dashboard import (
    AnnotationQuery,
    Dashboard,
    DashboardLink,
    QueryVariable,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from observability import names
from observability.grafana.panels import PROMETHEUS
from observability.names import MIDNIGHT

TIME_SHOWN = "now-15m"  # a load test of two minutes, and what was before
REFRESH = "5s"  # the shortest that Grafana allows unless told
MIDNIGHT_STEP = "2s"  # as often as Prometheus looks, so that no midnight is missed
MIDNIGHT_COLOUR = "#cc79a7"  # of no server


def board(uid: str, title: str, description: str) -> Dashboard:
    """An empty dashboard; `uid` is its name in addresses, /d/UID."""
    return (
        Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["new-years-eve"])
        .time(TIME_SHOWN, "now")
        .refresh(REFRESH)
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(_servers())
        .annotation(_midnight())
    )


def link_to(uid: str, title: str) -> DashboardLink:
    """The way to the other dashboard, for the same servers and the same time."""
    return (
        DashboardLink(title).url(f"/d/{uid}").icon("dashboard").include_vars(True).keep_time(True)
    )


def _servers() -> QueryVariable:
    """The servers to show, of those that Prometheus knows; looked up again at each refresh."""
    return (
        QueryVariable("job")
        .label("Server")
        .datasource(PROMETHEUS)
        .query(f"label_values({names.ACCEPTED}_total, job)")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .current(VariableOption(True, ["All"], ["$__all"]))
    )


def _midnight() -> AnnotationQuery:
    """A line where the load test's midnight was.

    Asked of Prometheus, which asked the load test. To write it into Grafana by its HTTP API, the
    load test would have to log in, and there would be a password to keep: a viewer may not write.
    """
    struck = prometheus.Dataquery().expr(f"{MIDNIGHT} * 1000 > 0").interval(MIDNIGHT_STEP)
    return (
        AnnotationQuery()
        .name("Midnight")
        .datasource(PROMETHEUS)
        .enable(True)
        .icon_color(MIDNIGHT_COLOUR)
        .target(struck.ref_id("Anno"))
        .use_value_for_time(True)
        .title_format("Midnight")
        .text_format("The load test's greetings of midnight begin")
    )
