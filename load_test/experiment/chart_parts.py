"""What the charts are made of: their style, their files, bars, legends and axes.

A side keeps its colour, line style and hatch in every chart, so that they can be read in grey.
Nothing here uses `matplotlib.pyplot`, whose figures live in global state until someone closes them.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter

from load_test.experiment import quantities
from load_test.experiment.sides import Cell, Results, Side

WIDE_IN, NARROW_IN = 8.4, 3.5  # at 9 points the text reads well on a page, and on a phone
PNG_DPI = 200
INK = "#1b1f24"  # of all that is not data; in a page it becomes the colour of the text
THICK, THIN = 2.2, 0.9  # lines, in points
LABEL_LETTERS = 13  # of a name in the legend of a narrow chart
GAP_SHARE = 0.06  # between panels, of their width
FAINT = 0.18  # opacity of grid and bands
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "svg.fonttype": "none",  # text stays text: smaller, and sharp at any size
    "svg.hashsalt": "charts",  # the same data give the same file
    "text.parse_math": False,  # a server may be called $1$
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": FAINT,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
}
NO_METADATA: dict[str, None] = {"Creator": None, "Date": None, "Format": None, "Type": None}

Sides = Sequence[Side]
Write = Callable[[float], str]


@dataclass(frozen=True)
class Chart:
    """One chart: the name of its file, its title, and what it is for those who cannot see it."""

    name: str
    title: str
    alt: str
    draw: Callable[[Figure, Results], None]
    height_in: float
    narrow_height_in: float

    def write_png(self, results: Results, folder: Path) -> Path:
        """On white, for slides and README files."""
        path = folder / f"{self.name}.png"
        with matplotlib.rc_context(STYLE):
            self._figure(results, WIDE_IN, self.height_in).savefig(path, dpi=PNG_DPI)
        return path

    def svg(self, results: Results, narrow: bool) -> str:
        """An svg element on no background, in the colour of the text around it.

        `narrow` is for phones: the same data and text size in a column. Its ids are its own, so
        that several such elements can stand in one page.
        """
        text = StringIO()
        size = (NARROW_IN, self.narrow_height_in) if narrow else (WIDE_IN, self.height_in)
        with matplotlib.rc_context(STYLE):
            figure = self._figure(results, *size)
            figure.savefig(text, format="svg", transparent=True, metadata=NO_METADATA)
        svg = text.getvalue()
        svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
        own = f"{self.name}-{'narrow' if narrow else 'wide'}-"
        for reference in ('id="', 'href="#', "url(#"):
            svg = svg.replace(reference, reference + own)
        return svg

    def _figure(self, results: Results, width_in: float, height_in: float) -> Figure:
        figure = Figure(
            figsize=(width_in, height_in), layout=ConstrainedLayoutEngine(wspace=GAP_SHARE)
        )
        self.draw(figure, results)
        return figure


def panels(figure: Figure, number: int) -> list[Axes]:
    """Axes two by two, or one above the other where there is no room."""
    columns = 1 if is_narrow(figure) else 2
    return list(figure.subplots(math.ceil(number / columns), columns, squeeze=False).flat)


def bars(
    axes: Axes,
    names: Sequence[str],
    both: Sides,
    cells: Sequence[Sequence[Cell]],
    write: Write,
    log: bool = False,
) -> None:
    """A group of bars for each name, one bar a side, with its number at its end.

    `cells` holds a sequence for each side, in the order of `names`; `write` writes the numbers of
    the axis. What was not measured has no bar and says so.
    """
    values = [c.value for side in cells for c in side if isinstance(c.value, int | float)]
    positive = [value for value in values if value > 0] or [1]
    start = 10.0 ** (math.floor(math.log10(min(positive))) - 1) if log else 0.0
    end = max(positive) * (10 if log else 1.25)  # leaves room for the numbers
    thickness = 0.8 / max(len(both), 1)
    for place, (side, row) in enumerate(zip(both, cells, strict=True)):
        for group, cell in enumerate(row):
            y = group + (place - (len(both) - 1) / 2) * thickness
            value = cell.value if isinstance(cell.value, int | float) else 0
            width = max(value - start, 0)
            axes.barh(y, width, thickness * 0.92, left=start, **_fill(side))
            axes.annotate(
                cell.text, (start + width, y), (4, 0), textcoords="offset points", va="center"
            )
    if not names:
        say_missing(axes)
    if log:
        axes.set_xscale("log")
        axes.grid(visible=True, axis="x")
    else:
        axes.locator_params(axis="x", nbins=5)
    axes.set_xlim(start, end)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(tick(write))


def bar_legend(figure: Figure, both: Sides) -> None:
    """Which bar is whose."""
    patches = [Patch(label=_label(side, figure), **_fill(side)) for side in both]
    figure.legend(handles=patches, loc="outside upper left", ncols=2)


def line_legend(figure: Figure, both: Sides, *marks: Line2D) -> None:
    """Which line is whose, and what `marks` mean, in the colour of the text."""
    lines = [
        Line2D([], [], color=side.colour, ls=side.line_style, linewidth=THICK) for side in both
    ]
    labels = [_label(side, figure) for side in both] + [str(mark.get_label()) for mark in marks]
    handles, columns = [*lines, *marks], len(labels)
    if is_narrow(figure) and marks:  # sides in the first column, marks in the second
        columns = 2
        for _ in range(len(marks) - len(lines)):
            handles.insert(len(lines), Line2D([], [], linestyle=""))
            labels.insert(len(lines), "")
    figure.legend(handles, labels, loc="outside upper left", ncols=columns)


def milliseconds_axis(axis: XAxis | YAxis) -> None:
    """Makes an axis of milliseconds logarithmic, its ticks to be read as 10 ms, 100 ms, 1 s."""
    low, high = axis.get_minpos(), axis.get_data_interval()[1]
    if not low <= high < math.inf:  # nothing was drawn
        low, high = 10.0, 1000.0
    bottom = 10.0 ** math.floor(math.log10(low))
    decade = 10.0 ** math.floor(math.log10(high))
    top = next(decade * step for step in (1, 2, 5, 10) if decade * step >= high)
    limits = bottom, max(top, 10 * bottom)
    if isinstance(axis, XAxis):
        axis.axes.set_xscale("log")
        axis.axes.set_xlim(limits)
    else:
        axis.axes.set_yscale("log")
        axis.axes.set_ylim(limits)
    axis.set_major_formatter(tick(quantities.duration))
    axis.set_minor_formatter(NullFormatter())


def say_missing(axes: Axes) -> None:
    """For axes on which nothing could be drawn."""
    axes.text(0.5, 0.5, quantities.MISSING, ha="center", transform=axes.transAxes)


def is_narrow(figure: Figure) -> bool:
    """Whether there is room for one column only."""
    return bool(figure.get_figwidth() < WIDE_IN)


def _label(side: Side, figure: Figure) -> str:
    """The name of a side; a long one without its middle where there is no room."""
    label, most = side.label, LABEL_LETTERS
    fits = len(label) <= most or not is_narrow(figure)
    return label if fits else f"{label[: most - 5]}…{label[-4:]}"


def tick(write: Write) -> Callable[[float, float], str]:
    """`write` without zeros at the end: the ticks of an axis are round numbers."""
    return lambda value, _position: re.sub(r"\.0+(?!\d)|(\.\d*[1-9])0+(?!\d)", r"\1", write(value))


def _fill(side: Side) -> dict[str, Any]:
    return {"facecolor": side.colour, "hatch": side.hatch, "edgecolor": "white", "linewidth": 0}
