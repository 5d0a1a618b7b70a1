"""Charts of a verdict: the pairs and the interval that narrows with them, and the rounds."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import YAxis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter, NullLocator

from load_test.experiment import quantities
from load_test.experiment.chart_parts import (
    FAINT,
    INK,
    THICK,
    THIN,
    Chart,
    is_narrow,
    line_legend,
    say_missing,
    tick,
)
from load_test.experiment.sides import Results, Side, sides
from load_test.experiment.verdict import SAME_HIGH, SAME_LOW

MARGIN = 1.25  # beyond the outermost mark, as a factor
# The first intervals reach from almost nothing to almost anything: they would squeeze the dots.
MOST_BEYOND = 2.0  # times the outermost dot, that an interval is still followed
# Ticks of a decade, by the first span of the axis that they are too coarse for.
TICKS = ((3.0, (1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)),
         (30.0, (1, 1.5, 2, 3, 5, 7)), (1000.0, (1, 2, 5)))  # fmt: skip
LOG_FROM = 4.0  # times between the rounds, from which on a linear axis hides the slower side


def draw_verdict(figure: Figure, results: Results) -> None:
    """Each pair's ratio in its order, and what was known after it: median and interval."""
    verdict = results["verdict"]
    ratios, looks = verdict.get("ratios") or [], verdict.get("looks") or []
    axes = figure.subplots()
    if not ratios:
        say_missing(axes)
        return
    low, high = _limits(verdict)
    colour = sides(results)[-1].colour
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.axhspan(SAME_LOW, SAME_HIGH, color=INK, alpha=FAINT, linewidth=0)
    axes.axhline(1, color=INK, linewidth=THIN)
    # A look holds from its pair until the next.
    edges = [each["pairs"] - 0.5 for each in looks] + [looks[-1]["pairs"] + 0.5]
    bottoms = [max(each["low"] or low, low) for each in looks]
    tops = [min(each["high"] or high, high) for each in looks]
    axes.stairs(tops, edges, baseline=bottoms, fill=True, color=colour, alpha=FAINT)
    axes.stairs([each["ratio"] for each in looks], edges, baseline=None, color=colour,
                linewidth=THICK)  # fmt: skip
    axes.plot(range(1, len(ratios) + 1), ratios, "o", color=INK, markersize=5, zorder=3)
    _ratio_ticks(axes.yaxis, low, high)
    axes.set_xlim(0.5, len(ratios) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("pair of rounds, in their order")
    axes.set_ylabel("B against A (log)")
    axes.grid(visible=True, axis="y")
    marks = [
        Line2D([], [], color=INK, linestyle="", marker="o", markersize=5, label="a pair"),
        Line2D([], [], color=colour, linewidth=THICK, label="median so far"),
        Patch(facecolor=colour, alpha=FAINT, label="interval"),
        Patch(facecolor=INK, alpha=FAINT, label="no difference"),
    ]
    figure.legend(handles=marks, loc="outside upper left", ncols=2 if is_narrow(figure) else 4)


def _limits(verdict: dict[str, Any]) -> tuple[float, float]:
    """Room for all dots, the zone, and the last interval as far as it is no guess."""
    ratios = verdict["ratios"]
    least, most = min(*ratios, SAME_LOW), max(*ratios, SAME_HIGH)
    low = max(verdict["low"] or 0, least / MOST_BEYOND)
    high = min(verdict["high"] or most * MOST_BEYOND, most * MOST_BEYOND)
    return min(low, least) / MARGIN, max(high, most) * MARGIN


def _ratio_ticks(axis: YAxis, low: float, high: float) -> None:
    steps = next((steps for span, steps in TICKS if high / low <= span), (1,))
    places = [step * 10.0**decade for decade in range(-6, 7) for step in steps]
    axis.set_major_locator(FixedLocator([place for place in places if low <= place <= high]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(tick(quantities.number))
    axis.set_minor_formatter(NullFormatter())


def draw_rates(figure: Figure, results: Results) -> None:
    """Messages delivered per second in each round, under the heavy load."""
    both = sides(results)
    axes = figure.subplots()
    for side in both:
        _draw_rounds(axes, side)
    rates = [run["delivered_per_s"] for side in both for run in side.runs.values()]
    known = [rate for rate in rates if rate]
    if not known:
        say_missing(axes)
    elif max(known) > LOG_FROM * min(known):
        axes.set_yscale("log")
        axes.set_ylim(min(known) / 2, max(known) * 2)
    else:
        axes.set_ylim(0, max(known) * MARGIN)
    axes.yaxis.set_major_formatter(lambda value, _: quantities.count(value))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("round")
    logarithmic = " (log)" if axes.get_yscale() == "log" else ""
    axes.set_ylabel(f"delivered per second{logarithmic}")
    axes.grid(visible=True, axis="y")
    void = Line2D([], [], color=INK, linestyle="", marker="x", label="void")
    has_void = any(run["valid"] is False for side in both for run in side.runs.values())
    line_legend(figure, both, *([void] if has_void else []))


def _draw_rounds(axes: Axes, side: Side) -> None:
    for valid, marker in ((True, "o"), (False, "x")):
        runs = [run for run in side.runs.values() if (run["valid"] is not False) == valid]
        axes.plot(
            [run["round"] for run in runs], [run["delivered_per_s"] for run in runs],
            color=side.colour, marker=marker, markersize=5, linewidth=THIN,
            linestyle=side.line_style if valid else "",
        )  # fmt: skip


VERDICT = Chart(
    "verdict",
    "The verdict, pair by pair",
    "Dots on a logarithmic axis: the ratio of B to A in each pair of rounds; a band shows the "
    "interval after each pair, a line their median, and a zone around 1 what counts as the same.",
    draw_verdict,
    3.6,
    3.6,
)
RATES = Chart(
    "delivered_by_round",
    "Delivered per second, round by round",
    "Two lines with a dot for each round: messages delivered per second by A and by B.",
    draw_rates,
    3.0,
    3.2,
)
