"""Pictures of an evening, drawn from Prometheus' own answers: what the dashboards look like.

Grafana does not run here, so these stand in for it in the README. The answers are kept beside them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from load_test.experiment import quantities
from load_test.experiment.chart_parts import INK, STYLE, THICK, THIN, tick
from observability.colours import colour, line_style
from tests.stack.dashboards import STEP_S
from tests.stack.evening import PACKAGES, Evening
from tests.stack.prometheus import Prometheus, Series

WIDE_IN, HIGH_IN, DPI = 9.6, 2.7, 100  # under 60 kB each, and sharp enough for a page

Write = Callable[[float], str]


@dataclass(frozen=True)
class Panel:
    """A graph: an expression with a line for each server, and how its numbers are written."""

    title: str
    expression: str
    write: Write
    log: bool = False


def _seconds(value: float) -> str:
    return quantities.duration(1000 * value)


def _plain(value: float) -> str:
    return f"{value:,.4g}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


WAITED = Panel("response time, p95 (log)", "job:chat_store_seconds:p95_rate10s", _seconds, log=True)
MEMORY = Panel("memory", "process_resident_memory_bytes", quantities.size)
REFUSED = Panel(
    "refused, a second", "sum by (job) (rate(chat_messages_refused_total[10s]))", _plain
)
STORED = Panel("messages stored, a second", "job:chat_messages_stored:rate10s", _plain)
WRITES = Panel("file writes per message", "job:chat_file_writes_per_message:ratio_rate10s", _plain)
BYTES = Panel(
    "bytes written per message (log)", "job:chat_file_written_bytes_per_message:ratio_rate10s",
    quantities.size, log=True,
)  # fmt: skip
QUEUE = Panel("messages in the queue", "chat_queue_messages", _plain)
BATCH = Panel(
    "messages in a batch, mean (log)",
    "rate(chat_batch_size_sum[10s]) / rate(chat_batch_size_count[10s])", _plain, log=True,
)  # fmt: skip
CPU = Panel("CPU, of one core", "rate(process_cpu_seconds_total[10s])", _percent)
ROWS: Mapping[str, Sequence[Panel]] = {
    "three_questions": (WAITED, MEMORY, REFUSED),
    "work": (STORED, WRITES, BYTES),
    "load": (QUEUE, BATCH, CPU),
}
HEAT = "sum by (job, le) (increase(chat_store_seconds_bucket[4s]))"


def draw_all(prometheus: Prometheus, evening: Evening, folder: Path) -> None:
    """Write all pictures, and the answers from which they were drawn, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    panels = [panel for row in ROWS.values() for panel in row]
    expressions = {**{panel.title: panel.expression for panel in panels}, "heat map": HEAT}
    answers = {
        title: _ours(prometheus, expression, evening) for title, expression in expressions.items()
    }
    kept = {title: [asdict(series) for series in answer] for title, answer in answers.items()}
    (folder / "answers.json").write_text(json.dumps(kept), encoding="utf-8")
    with matplotlib.rc_context(STYLE):
        for name, row in ROWS.items():
            draw_row(row, answers, evening).savefig(folder / f"{name}.png", dpi=DPI)
        draw_heat(answers["heat map"], evening).savefig(folder / "heat_map.png", dpi=DPI)


def draw_row(
    row: Sequence[Panel], answers: Mapping[str, Sequence[Series]], evening: Evening
) -> Figure:
    """Some graphs side by side."""
    figure = _figure()
    for axes, panel in zip(figure.subplots(1, len(row)), row, strict=True):
        for series in answers[panel.title]:
            job = series.labels["job"]
            moments = [moment - evening.began_s for moment, _ in series.points]
            values = [value for _, value in series.points]
            axes.plot(moments, values, color=colour(job), ls=line_style(job), lw=THICK)
        if panel.log:
            axes.set_yscale("log")
            axes.minorticks_off()
        else:
            axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(tick(panel.write))
        _finish(axes, panel.title, evening)
    lines = [Line2D([], [], color=colour(job), ls=line_style(job), lw=THICK) for job in PACKAGES]
    figure.legend(lines, PACKAGES, loc="outside upper left", ncols=2)
    return figure


def draw_heat(buckets: Sequence[Series], evening: Evening) -> Figure:
    """How many messages took how long, over time: the darker, the more."""
    figure = _figure()
    figure.supylabel("took at most", fontsize=9)
    for axes, job in zip(figure.subplots(1, 2, sharey=True), PACKAGES, strict=True):
        moments, bounds, counts = heat(buckets, job)
        shades = LinearSegmentedColormap.from_list(job, ["white", colour(job)])
        seconds = [moment - evening.began_s for moment in moments]
        # A few slow messages must show beside hundreds: the shade is the root of the number.
        roots = np.ma.masked_equal(np.sqrt(counts), 0)
        axes.pcolormesh(seconds, range(len(bounds)), roots, cmap=shades)
        axes.set_yticks(range(len(bounds)), [_bound(bound) for bound in bounds])
        axes.tick_params(axis="y", labelsize=8)
        _finish(axes, f"{job}: messages by the time they took", evening)
    return figure


def heat(buckets: Sequence[Series], job: str) -> tuple[list[float], list[str], np.ndarray]:
    """Of one server: the moments, the upper bounds as they are labelled, and for each bound (row)
    and moment (column) how many messages took no longer, but longer than the bound before.
    """
    own = [series for series in buckets if series.labels["job"] == job]
    own.sort(key=lambda series: float(series.labels["le"]))
    moments = sorted({moment for series in own for moment, _ in series.points})
    table = np.zeros((len(own), len(moments)))
    for row, series in enumerate(own):
        known = dict(series.points)
        table[row] = [known.get(moment, 0) for moment in moments]
    counts = np.diff(table, axis=0, prepend=0).clip(min=0)
    return moments, [series.labels["le"] for series in own], counts


def _ours(prometheus: Prometheus, expression: str, evening: Evening) -> list[Series]:
    """The lines of challenge and solution; others are looked at, too."""
    found = prometheus.query_range(expression, evening.began_s, evening.ended_s, STEP_S)
    return [series for series in found if series.labels["job"] in PACKAGES]


def _figure() -> Figure:
    return Figure(figsize=(WIDE_IN, HIGH_IN), layout=ConstrainedLayoutEngine(wspace=0.05))


def _finish(axes: Axes, title: str, evening: Evening) -> None:
    midnight_s = evening.stream_ended_s - evening.began_s
    axes.axvline(midnight_s, color=INK, linewidth=THIN, linestyle=":")
    axes.set_title(title, fontsize=9, loc="left")
    axes.set_xlabel("seconds; midnight at the dotted line")
    axes.set_xlim(0, evening.ended_s - evening.began_s)
    axes.grid(visible=True)


def _bound(bound: str) -> str:
    return "longer" if bound == "+Inf" else tick(_seconds)(float(bound), 0)
