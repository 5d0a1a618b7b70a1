"""The charts of a report: what each one draws of the two sides of a comparison."""

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from load_test.experiment import quantities, rows
from load_test.experiment.chart_parts import (
    FAINT,
    INK,
    THICK,
    THIN,
    Chart,
    Sides,
    bar_legend,
    bars,
    line_legend,
    milliseconds_axis,
    panels,
    say_missing,
)
from load_test.experiment.sides import FORMATS, Run, Side

NO_LATENCY = {"p50": math.nan, "p95": math.nan}  # leaves a gap
LONGEST_NAME = 20  # letters of a span's name that fit beside its bars


def draw_over_time(figure: Figure, both: Sides) -> None:
    """Latency by the second of the intended send, and beneath it how many messages waited."""
    latency, waiting = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    for row, side in enumerate(both):
        for run in side.runs.values():
            _draw_latency(latency, side, run, 1.04 + 0.06 * row)
            _draw_waiting(waiting, side, run)
    if not any(run.get("timeline") for side in both for run in side.runs.values()):
        say_missing(latency)
    milliseconds_axis(latency.yaxis)
    latency.set_ylabel("send to broadcast (log)")
    waiting.set_ylabel("messages waiting")
    waiting.set_xlabel("seconds since the start of the stream")
    waiting.set_xmargin(0)
    waiting.set_ylim(bottom=0)
    waiting.yaxis.set_major_formatter(lambda value, _: quantities.count(value))
    midnight = both[0].value("phases", "midnight", "starts_s")
    for axes in (latency, waiting):
        axes.grid(visible=True)
        if midnight is not None:
            axes.axvline(midnight, color=INK, linewidth=THIN, linestyle=":")
    if midnight is not None:
        waiting.annotate(
            "midnight", (midnight, 1), (-4, 0), ha="right", va="top",
            xycoords=("data", "axes fraction"), textcoords="offset points",
        )  # fmt: skip
    line_legend(
        figure,
        both,
        Line2D([], [], color=INK, linewidth=THICK, label="p50"),
        Line2D([], [], color=INK, linewidth=THIN, label="p95"),
        Line2D([], [], color=INK, linestyle="", marker="x", label="none delivered in time"),
    )


def _draw_latency(axes: Axes, side: Side, run: Run, height_of_marks: float) -> None:
    timeline = run.get("timeline") or []
    style: dict[str, Any] = {"color": side.colour, "linestyle": side.line_style}
    known = [each["latency_ms"] or NO_LATENCY for each in timeline]
    if timeline:
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
    timeline = run.get("timeline") or []
    seconds = [0, *(each["t_s"] + 1 for each in timeline)]  # counted at the end of a second
    waiting = [0, *(each["waiting"] for each in timeline)]
    axes.plot(
        seconds, waiting, color=side.colour, linestyle=side.line_style, linewidth=THICK,
        clip_on=False,
    )  # fmt: skip


def draw_distribution(figure: Figure, both: Sides) -> None:
    """Which share of all messages sent had been delivered after which time."""
    axes = figure.subplots()
    for side in both:
        for run in side.runs.values():
            if run.get("latency_cdf_ms") and run["sent"]:
                _draw_shares(axes, side, run)
    if not axes.lines:
        say_missing(axes)
    milliseconds_axis(axes.xaxis)
    axes.set_xlabel("send to broadcast, at most (log)")
    axes.set_ylabel("share of messages sent")
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(visible=True)
    line_legend(figure, both)


def _draw_shares(axes: Axes, side: Side, run: Run) -> None:
    latencies = run["latency_cdf_ms"]
    delivered = run["delivered"] / run["sent"]
    shares = [delivered * rank / (len(latencies) - 1) for rank in range(len(latencies))]
    axes.plot(latencies, shares, color=side.colour, linestyle=side.line_style, linewidth=THICK)
    if run["undelivered"]:
        axes.plot(latencies[-1], delivered, "x", color=side.colour, clip_on=False)
        axes.annotate(
            f"{quantities.count(run['undelivered'])} undelivered",
            (latencies[-1], delivered), (0, 6), textcoords="offset points", ha="right",
        )  # fmt: skip


def draw_writes(figure: Figure, both: Sides) -> None:
    """What one message cost the disk, by phase."""
    phases = rows.phase_names(both)
    for axes, key, what in zip(
        panels(figure, 2),
        ("file_writes_per_message", "bytes_written_per_message"),
        ("file writes per message", "bytes written per message"),
        strict=True,
    ):
        cells = [[side.cell("phases", phase, key) for phase in phases] for side in both]
        bars(axes, phases, both, cells, FORMATS[key], log=True)
        axes.set_xlabel(f"{what} (log)")
    bar_legend(figure, both)


def draw_spans(figure: Figure, both: Sides) -> None:
    """How many spans of each name one message cost."""
    names = rows.span_names(both)
    axes = figure.subplots()
    bars(
        axes,
        [_two_lines(name) for name in names],
        both,
        [[side.spans(name) for name in names] for side in both],
        quantities.number,
    )
    axes.set_xlabel("spans per message")
    bar_legend(figure, both)


def _two_lines(name: str) -> str:
    return name.replace(".", "\n.") if len(name) > LONGEST_NAME else name


def draw_machine(figure: Figure, both: Sides) -> None:
    """What the server took of the machine."""
    for axes, key, what in zip(
        panels(figure, 2),
        ("peak_rss_bytes", "cpu_s_per_1000"),
        ("peak memory of the server", "CPU time per 1,000 messages"),
        strict=True,
    ):
        bars(axes, [""], both, [[side.cell(key)] for side in both], FORMATS[key])
        axes.set_xlabel(what)
    bar_legend(figure, both)


CHARTS = (
    Chart(
        "latency_over_time",
        "Latency over time, and the messages that wait",
        "Two line charts over the seconds of the run: latency from send to broadcast, p50 and p95, "
        "on a logarithmic axis, and beneath it the number of messages waiting.",
        draw_over_time,
        4.9,
        4.9,
    ),
    Chart(
        "latency_distribution",
        "Distribution of latency",
        "Cumulative curves: the share of messages sent that were delivered within a latency, on a "
        "logarithmic axis.",
        draw_distribution,
        3.6,
        3.4,
    ),
    Chart(
        "writes_per_message",
        "What one message costs the disk",
        "Bar charts on logarithmic axes: file writes and bytes written per message, by phase.",
        draw_writes,
        2.7,
        4.6,
    ),
    Chart(
        "spans_per_message",
        "Spans per message",
        "Bar chart: the number of spans per message, by name.",
        draw_spans,
        4.2,
        4.8,
    ),
    Chart(
        "memory_and_cpu",
        "Memory and processor time",
        "Two bar charts: peak memory of the server, and processor time per 1,000 messages.",
        draw_machine,
        1.9,
        3.2,
    ),
)
