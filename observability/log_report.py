"""Compares servers by their logs: messages, batches, file work per message, refusals, failures.

    python -m observability.log_report before.log after.log --chart logs.png

The figures are those that the servers wrote once a second while there was work; what a log does
not tell (a server killed within a second) is not in them.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from rich import box
from rich.console import Console
from rich.table import Table

from observability.colours import COLOURS, LINE_STYLES, OTHER_COLOUR, OTHER_LINE_STYLE
from observability.log_lines import Log, read_log

WIDTH_IN, HEIGHT_IN = 8.4, 3.2
NONE = "-"


def rows(log: Log) -> dict[str, str]:
    """The lines of the table for one log."""
    messages = log.messages
    batches = [second["batch_max"] for second in log.seconds if second["batch_max"]]
    found = {
        "messages stored": f"{messages:,}",
        "seconds with work": f"{len(log.seconds):,}",
        "messages a second, mean": _ratio(messages, len(log.seconds)),
        "messages waiting, most": f"{max((s['queued'] for s in log.seconds), default=0):,.0f}",
        "batches": f"{log.batches:,}",
        "messages in a batch, mean": _ratio(messages, log.batches),
        "messages in a batch, most": f"{max(batches, default=0):,.0f}",
        "file writes per message": _ratio(log.total("writes"), messages),
        "file reads per message": _ratio(log.total("reads"), messages),
        "bytes written per message": _ratio(log.total("bytes"), messages),
        "refused": f"{log.total('refused'):,.0f}",
        "failed": f"{log.total('failed'):,.0f}",
        "failed tries to write": f"{log.causes.total():,}",
        "lines that could not be read": f"{log.skipped:,}",
    }
    return found


def table(logs: Sequence[Log]) -> Table:
    """All logs side by side; below, why writes failed."""
    made = Table("", *(log.name for log in logs), box=box.SIMPLE)
    for column in made.columns[1:]:
        column.justify = "right"
    columns = [rows(log) for log in logs]
    for name in columns[0]:
        made.add_row(name, *(column[name] for column in columns))
    for cause in sorted({cause for log in logs for cause in log.causes}):
        made.add_row(f"  {cause}", *(f"{log.causes[cause]:,}" for log in logs))
    return made


def draw(logs: Sequence[Log], path: Path) -> None:
    """A chart of each second: messages stored, and file writes for each of them."""
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
    stored, writes = figure.subplots(1, 2)
    for place, log in enumerate(logs):
        style = _style(log, place)
        seconds = range(1, len(log.seconds) + 1)
        stored.plot(seconds, [each["rate"] for each in log.seconds], label=log.name, **style)
        busy = [(at, each) for at, each in zip(seconds, log.seconds, strict=True) if each["rate"]]
        per_message = [each["writes"] / each["rate"] for _, each in busy]
        writes.plot([at for at, _ in busy], per_message, label=log.name, **style)
    stored.set_title("Messages stored a second")
    writes.set_title("File writes per message")
    for axes in (stored, writes):
        axes.set_xlabel("seconds with work")
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.2)
    stored.legend(frameon=False)
    figure.savefig(path, dpi=200)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0, or 2 if a file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m observability.log_report",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a server's log")
    parser.add_argument("--chart", type=Path, metavar="PNG", help="draw the seconds into this file")
    options = parser.parse_args(arguments)
    try:
        logs = [read_log(path) for path in options.files]
    except OSError as error:
        parser.error(f"cannot read {error.filename}: {error.strerror}")
    console = Console(width=None if sys.stdout.isatty() else 100)
    console.print(table(logs))
    for log in logs:
        if not log.seconds:
            console.print(f"{log.name} tells of no work: is it the log of a server, at level info?")
    if options.chart:
        try:
            draw(logs, options.chart)
        except (OSError, ValueError) as error:  # no such folder, or no kind of picture
            parser.error(f"cannot draw {options.chart}: {error}")
        console.print(f"The chart is {options.chart}")
    return 0


def _style(log: Log, place: int) -> dict[str, str]:
    """The colours of the server whose name the file bears, or those of its place."""
    names = [name for name in COLOURS if name in log.name] or list(COLOURS)[place : place + 1]
    for name in names:
        return {"color": COLOURS[name], "linestyle": LINE_STYLES[name]}
    return {"color": OTHER_COLOUR, "linestyle": OTHER_LINE_STYLE}


def _ratio(count: float, messages: int) -> str:
    if not messages:
        return NONE
    value = count / messages
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
