"""Charts of what a message costs: writes, spans, processor time, calls and memory."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from load_test.experiment import quantities, rows
from load_test.experiment.chart_parts import Chart, bar_legend, bars, panels
from load_test.experiment.sides import FORMATS, Results, histories, sides, work_sides

LONGEST_NAME = 20  # letters of a span's name that fit beside its bars


def draw_writes(figure: Figure, results: Results) -> None:
    """What one message cost the disk, by phase."""
    both = sides(results)
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


def draw_spans(figure: Figure, results: Results) -> None:
    """How many spans of each name one message cost."""
    both = work_sides(results)
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


def draw_machine(figure: Figure, results: Results) -> None:
    """What the server took of the machine."""
    both = sides(results)
    for axes, key, what in zip(
        panels(figure, 2),
        ("peak_rss_bytes", "cpu_s_per_1000"),
        ("peak memory of the server", "CPU time per 1,000 messages"),
        strict=True,
    ):
        bars(axes, [""], both, [[side.cell(key)] for side in both], FORMATS[key])
        axes.set_xlabel(what)
    bar_legend(figure, both)


def draw_work(figure: Figure, results: Results) -> None:
    """What one message cost, at each size of the history; a cost that grows makes a longer bar."""
    keys = (
        "cpu_s_per_1000",
        "file_writes_per_message",
        "bytes_written_per_message",
        "read_bytes_per_message",
    )
    _draw_by_history(figure, results, keys, log=True)


def draw_calls(figure: Figure, results: Results) -> None:
    """What one message cost in calls and switches, and the memory, at each size of the history."""
    keys = (
        "write_calls_per_message",
        "read_calls_per_message",
        "context_switches_per_message",
        "peak_rss_bytes",
    )
    _draw_by_history(figure, results, keys, log=False)


def _draw_by_history(figure: Figure, results: Results, keys: Sequence[str], log: bool) -> None:
    sizes = histories(results)
    at_size = [work_sides(results, size) for size in sizes]
    for axes, key in zip(panels(figure, len(keys)), keys, strict=True):
        cells = [[side.cell(key) for side in of_sizes] for of_sizes in zip(*at_size, strict=True)]
        names = [f"{size:,} stored" for size in sizes]
        bars(axes, names, at_size[0], cells, FORMATS[key], log)
        axes.set_xlabel(f"{rows.COSTS[key]}{' (log)' if log else ''}")
    bar_legend(figure, at_size[0])


WRITES = Chart(
    "writes_per_message",
    "What one message costs the disk",
    "Bar charts on logarithmic axes: file writes and bytes written per message, by phase.",
    draw_writes,
    2.7,
    4.6,
)
SPANS = Chart(
    "spans_per_message",
    "Spans per message",
    "Bar chart: the number of spans per message, by name.",
    draw_spans,
    4.2,
    4.8,
)
MACHINE = Chart(
    "memory_and_cpu",
    "Memory and processor time",
    "Two bar charts: peak memory of the server, and processor time per 1,000 messages.",
    draw_machine,
    1.9,
    3.2,
)
WORK = Chart(
    "work_per_message",
    "Work per message, at two sizes of the history",
    "Four bar charts on logarithmic axes, each at two sizes of the history: processor time, file "
    "writes, bytes written and bytes read per message.",
    draw_work,
    4.4,
    7.6,
)
CALLS = Chart(
    "calls_and_memory",
    "Calls, context switches and memory",
    "Four bar charts, each at two sizes of the history: write calls, read calls and context "
    "switches per message, and peak memory of the server.",
    draw_calls,
    4.4,
    7.6,
)
