"""Panels in one look: each server in its own colour and line style, as in every other chart.

Each has a title, a sentence on what to look for (behind the small i beside the title), a unit as
Grafana names it, and a query. A click on a line or a number, or on the link at a heat map's title,
leads to the traces of that time.
"""

from typing import Literal

from grafana_foundation_sdk.builders import heatmap, prometheus, stat, timeseries
from grafana_foundation_sdk.builders.common import (
    LineStyle,
    ReduceDataOptions,
    ScaleDistributionConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import (
    DashboardFieldConfigSourceOverrides,
    DashboardLink,
    FieldColor,
)
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    DataSourceRef,
    LegendDisplayMode,
    LegendPlacement,
    ScaleDistribution,
    SortOrder,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    MatcherConfig,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode, HeatmapColorScale
from grafana_foundation_sdk.models.prometheus import PromQueryFormat
from grafana_foundation_sdk.models.units import NoUnit

from observability import names
from observability.colours import COLOURS, LINE_STYLES, OTHER_COLOUR, OTHER_LINE_STYLE

PROMETHEUS = DataSourceRef("prometheus", "prometheus")
JAEGER_PAGE = "http://localhost:16686"  # as the reader's browser finds it
# Matplotlib's styles, in Grafana's words: lengths in pixels of a dash and the gap after it.
DASHES: dict[str, tuple[Literal["solid", "dash", "dot"], list[float]]] = {
    "-": ("solid", []),
    "--": ("dash", [10, 10]),
    ":": ("dot", [0, 6]),
}
SAID = "${__field.labels.job}"  # the server of the line or number that was clicked
HEAT_COLUMNS = 120  # cells that one can still see
HEAT_SHADES = 64
HEAT_COLOUR = "#8c8c8c"  # where it is not one server's
NOTHING_YET = "nothing yet"
PER_SECOND = "suffix: /s"  # a unit that Grafana has no name for


def traces(server: str, operation: str = names.FILE_WRITE) -> DashboardLink:
    """A link to the traces of a server in the time shown, in Jaeger or our trace store."""
    # Grafana tells milliseconds, Jaeger takes microseconds.
    query = f"service={server}&operation={operation}&start=${{__from}}000&end=${{__to}}000"
    link = DashboardLink(f"Traces of {server}: {operation}")
    return link.url(f"{JAEGER_PAGE}/search?{query}&lookback=custom&limit=20").target_blank(True)


def number(title: str, look_for: str, unit: str, expression: str) -> stat.Panel:
    """One number for each server, of all the time shown."""
    return (
        stat.Panel()
        .title(title)
        .description(look_for)
        .unit(unit)
        .datasource(PROMETHEUS)
        .with_target(_ask(expression, "{{job}}").instant())
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .text_mode(BigValueTextMode.VALUE_AND_NAME)
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.NONE)
        .color_scheme(_fixed(OTHER_COLOUR))
        .overrides([_look(server) for server in COLOURS])
        .data_links([traces(SAID)])
        .no_value(NOTHING_YET)
    )


def lines(
    title: str,
    look_for: str,
    unit: str,
    expression: str,
    *,
    legend: str = "{{job}}",
    operation: str = names.FILE_WRITE,
    scale: ScaleDistribution = ScaleDistribution.LINEAR,
) -> timeseries.Panel:
    """A line for each server; `operation` is what a click on it looks for among the traces."""
    scaled = ScaleDistributionConfig().type(scale)
    fill, dash = DASHES[OTHER_LINE_STYLE]
    # The library's own default is to show none.
    shown = VizLegendOptions().show_legend(True)
    shown = shown.display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    panel = (
        timeseries.Panel()
        .title(title)
        .description(look_for)
        .unit(unit)
        .datasource(PROMETHEUS)
        .with_target(_ask(expression, legend).range())
        .scale_distribution(scaled.log(10) if scale is ScaleDistribution.LOG else scaled)
        .line_width(2)
        .line_style(LineStyle().fill(fill).dash(dash))
        .show_points(VisibilityMode.AUTO)
        .legend(shown)
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .color_scheme(_fixed(OTHER_COLOUR))
        .overrides([_look(server, with_line=True) for server in COLOURS])
        .data_links([traces(SAID, operation)])
        .no_value(NOTHING_YET)
    )
    # A logarithm has no 0 to begin with.
    return panel if scale is ScaleDistribution.LOG else panel.axis_soft_min(0)


def heat_map(title: str, look_for: str, unit: str, expression: str, server: str) -> heatmap.Panel:
    """How values are spread, moment by moment: the fuller the colour, the more of them.

    `server` may be `$job` in a panel that is repeated for each server; it is drawn in grey.
    """
    shade = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.OPACITY)
    shade = shade.fill(COLOURS.get(server, HEAT_COLOUR)).steps(HEAT_SHADES)
    # By the square root, else one full cell makes all others invisible.
    shade = shade.scale(HeatmapColorScale.EXPONENTIAL).exponent(0.5)
    return (
        heatmap.Panel()
        .title(title)
        .description(look_for)
        .unit(NoUnit)  # of what is counted; the axis has the other
        .datasource(PROMETHEUS)
        .with_target(_ask(expression, "{{le}}").format(PromQueryFormat.HEATMAP).range())
        .max_data_points(HEAT_COLUMNS)
        .color(shade)
        .y_axis(heatmap.YAxisConfig().unit(unit))
        .links([traces(server)])
        .no_value(NOTHING_YET)
    )


def _ask(expression: str, legend: str) -> prometheus.Dataquery:
    asked = prometheus.Dataquery().ref_id("A").datasource(PROMETHEUS)
    return asked.expr(expression).legend_format(legend)


def _fixed(colour: str) -> FieldColor:
    return FieldColor().mode(FieldColorModeId.FIXED).fixed_color(colour)


def _look(server: str, with_line: bool = False) -> DashboardFieldConfigSourceOverrides:
    """The look of a server, for all whose name begins with it."""
    look = [DynamicConfigValue("color", {"mode": "fixed", "fixedColor": COLOURS[server]})]
    if with_line:
        fill, dash = DASHES[LINE_STYLES[server]]
        look.append(DynamicConfigValue("custom.lineStyle", {"fill": fill, "dash": dash}))
    name = MatcherConfig("byRegexp", f"/^{server}\\b/")
    return DashboardFieldConfigSourceOverrides().matcher(name).properties(look)
