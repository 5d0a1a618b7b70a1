"""Draw the shapes of shapes.py as one picture for the README:

    python -m load_test.draw_shapes

writes load_test/shapes.svg. The ground is transparent and the ink of middle lightness, so that it
reads on a light page and on a dark one.
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from load_test.shapes import SHAPES
from observability.colours import OTHER_COLOUR

PICTURE = Path(__file__).with_name("shapes.svg")
INK = "#808890"
POINTS = 250  # along the time axis: a burst of 0.04 has 10
SIZE_IN = (11.0, 3.6)

STYLE: Any = {
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK,
    "xtick.color": INK, "ytick.color": INK, "font.size": 9,
    "axes.spines.top": False, "axes.spines.right": False,
    "svg.fonttype": "none",  # letters stay letters, in the reader's own font
    "svg.hashsalt": "shapes",  # the same picture every time
}  # fmt: skip


def draw(path: Path) -> None:
    """Draw each shape into a column: above how many users, below how many greetings."""
    with mpl.rc_context(STYLE):
        figure = Figure(SIZE_IN, layout="constrained")
        upper, lower = figure.subplots(2, len(SHAPES), sharex=True, sharey="row")
        times = [point / POINTS for point in range(POINTS + 1)]
        for above, below, (name, shape) in zip(upper, lower, SHAPES.items(), strict=True):
            guests = [shape.guests(time) for time in times]
            greetings = [shape.guests(time) * shape.pace(time) for time in times]
            above.plot(times, [100 * part for part in guests], color=OTHER_COLOUR)
            below.fill_between(times, greetings, color=OTHER_COLOUR, linewidth=0)
            above.set_title(f"{name}\n{shape.title}", fontsize=9)
            below.set(xlabel="part of --run-time", xticks=[0, 0.5, 1])
        upper[0].set(ylabel="users\n% of --users", ylim=(0, 108))
        lower[0].set(ylabel="greetings\n1 = all, as usual", ylim=(0, None), xlim=(0, 1))
        figure.savefig(path, transparent=True, metadata={"Date": None})


def main() -> None:
    """Write the picture beside this file."""
    draw(PICTURE)
    sys.stdout.write(f"drew {', '.join(SHAPES)}: {PICTURE.name}\n")


if __name__ == "__main__":
    main()
