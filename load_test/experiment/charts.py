"""The charts of a report: those of latency, and which ones a report has."""

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from load_test.experiment import cost_charts, quantities, rows, verdict_charts
from load_test.experiment.chart_parts import (
    FAINT,
    INK,
    THICK,
    THIN,
    Chart,
    Sides,
    line_legend,
    milliseconds_axis,
    say_missing,
)
from load_test.experiment.contest import LIGHT
from load_test.experiment.sides import Results, Run, Side, is_comparison, sides

NO_LATENCY = {"p50": math.nan, "p95": math.nan}  # leaves a gap
FAINT_LINE = 0.55  # opacity of one of many rounds


def draw_over_time(figure: Figure, results: Results) -> None:
    """Latency by the second of the intended send, and beneath it how many messages waited.

    Of several rounds the median one of each side: more would hide each other.
    """
    both = sides(results)
    latency, waiting = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    for row, side in enumerate(both):
        run = side.median_run("delivered_per_s")
        if run and run.get("timeline"):
            _draw_latency(latency, side, run, 1.04 + 0.06 * row)
            _draw_waiting(waiting, side, run)
    if not waiting.lines:
        say_missing(latency)
    milliseconds_axis(latency.yaxis)
    latency.set_ylabel("send to broadcast (log)")
    waiting.set_ylabel("messages waiting")
    begin = "round" if is_comparison(results) else "stream"
    waiting.set_xlabel(f"seconds since the start of the {begin}")
    waiting.set_xmargin(0)
    waiting.set_ylim(bottom=0)
    waiting.yaxis.set_major_formatter(lambda value, _: quantities.count(value))
    for axes in (latency, waiting):
        axes.grid(visible=True)
    _mark_second_phase(both, latency, waiting)
    line_legend(
        figure,
        both,
        Line2D([], [], color=INK, linewidth=THICK, label="p50"),
        Line2D([], [], color=INK, linewidth=THIN, label="p95"),
        Line2D([], [], color=INK, linestyle="", marker="x", label="none delivered in time"),
    )


def _mark_second_phase(both: Sides, *panels: Axes) -> None:
    """Where midnight, or the heavy load, begins."""
    phases = rows.phase_names(both)
    starts_s = both[0].value("phases", phases[1], "starts_s") if len(phases) > 1 else None
    if starts_s is None:
        return
    for axes in panels:
        axes.axvline(starts_s, color=INK, linewidth=THIN, linestyle=":")
    panels[-1].annotate(
        phases[1], (starts_s, 1), (-4, 0), ha="right", va="top",
        xycoords=("data", "axes fraction"), textcoords="offset points",
    )  # fmt: skip


def _draw_latency(axes: Axes, side: Side, run: Run, height_of_marks: float) -> None:
    timeline = run["timeline"]
    style: dict[str, Any] = {"color": side.colour, "linestyle": side.line_style}
    known = [each["latency_ms"] or NO_LATENCY for each in timeline]
    edges = [*(each["t_s"] for each in timeline), timeline[-1]["t_s"] + 1]
    p50, p95 = [each["p50"] for each in known], [each["p95"] for each in known]
    axes.stairs(p95, edges, baseline=p50, fill=True, color=side.colour, alpha=FAINT)
    axes.stairs(p50, edges, baseline=None, linewidth=THICK, **style)
    axes.stairs(p95, edges, baseline=None, linewidth=THIN, **style)
    # A line that just ended would hide the messages that waited longest.
    never = [each["t_s"] + 0.5 for each in timeline if each["sent"] and not each["latency_ms"]]
    if never:
        axes.plot(
            never,
            [height_of_marks] * len(never),
            "x",
            color=side.colour,
            markersize=5,
            transform=axes.get_xaxis_transform(),
            clip_on=False,
        )


def _draw_waiting(axes: Axes, side: Side, run: Run) -> None:
    timeline = run["timeline"]
    seconds = [0, *(each["t_s"] + 1 for each in timeline)]  # counted at the end of a second
    waiting = [0, *(each["waiting"] for each in timeline)]
    axes.plot(
        seconds, waiting, color=side.colour, linestyle=side.line_style, linewidth=THICK,
        clip_on=False,
    )  # fmt: skip


def draw_distribution(figure: Figure, results: Results) -> None:
    """Which share of the messages had been delivered after which time; of several rounds each in
    a thin line, and the one with the median latency in a thick one.
    """
    both = sides(results)
    axes = figure.subplots()
    for side in both:
        typical = side.median_run("latency_ms", "p50")
        for run in side.runs.values():
            if run.get("latency_cdf_ms") and run["sent"]:
                _draw_shares(axes, side, run, run is typical)
    if not axes.lines:
        say_missing(axes)
    milliseconds_axis(axes.xaxis)
    axes.set_xlabel("send to broadcast, at most (log)")
    axes.set_ylabel("share of messages sent")
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(visible=True)
    line_legend(figure, both)


def _draw_shares(axes: Axes, side: Side, run: Run, typical: bool) -> None:
    latencies = run["latency_cdf_ms"]
    # A comparison tells the latency of the light load, the demo that of everything.
    light = (phase for phase in run.get("phases") or [] if phase["name"] == LIGHT)
    told = next(light, run)
    delivered = told["delivered"] / told["sent"]
    shares = [delivered * rank / (len(latencies) - 1) for rank in range(len(latencies))]
    axes.plot(
        latencies, shares, color=side.colour, linestyle=side.line_style,
        linewidth=THICK if typical else THIN, alpha=1 if typical else FAINT_LINE,
    )  # fmt: skip
    undelivered = told.get("undelivered", told["sent"] - told["delivered"])
    if undelivered and typical:
        axes.plot(latencies[-1], delivered, "x", color=side.colour, clip_on=False)
        axes.annotate(
            f"{quantities.count(undelivered)} undelivered",
            (latencies[-1], delivered), (0, 6), textcoords="offset points", ha="right",
        )  # fmt: skip


OVER_TIME = Chart(
    "latency_over_time",
    "Latency over time, and the messages that wait",
    "Two line charts over the seconds of the run: latency from send to broadcast, p50 and p95, "
    "on a logarithmic axis, and beneath it the number of messages waiting.",
    draw_over_time,
    4.9,
    4.9,
)
DISTRIBUTION = Chart(
    "latency_distribution",
    "Distribution of latency",
    "Cumulative curves: the share of messages sent that were delivered within a latency, on a "
    "logarithmic axis.",
    draw_distribution,
    3.6,
    3.4,
)
DEMO = (OVER_TIME, DISTRIBUTION, cost_charts.WRITES, cost_charts.SPANS, cost_charts.MACHINE)
ROUNDS = (verdict_charts.RATES, DISTRIBUTION, OVER_TIME)
WORK = (cost_charts.WORK, cost_charts.CALLS, cost_charts.SPANS)


def charts_of(results: Results) -> list[Chart]:
    """The charts that these results can fill, in the order in which they are looked at."""
    if not results["runs"]:
        return []
    if not is_comparison(results):
        return list(DEMO)
    judged = results["verdict"].get("ratios") and not rows.is_invalid(results)
    return [
        *((verdict_charts.VERDICT,) if judged else ()),
        *ROUNDS,
        *(WORK if results.get("work") else ()),
    ]
