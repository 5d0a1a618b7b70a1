"""The table in the terminal, readable at 80 columns; the page shows the same rows."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from load_test.experiment import remarks
from load_test.experiment.rows import table_rows
from load_test.experiment.sides import Results, is_comparison, sides

ALARM = "bold red"
# The colour of an outcome, which its words say as well.
OUTCOMES = {
    "faster": "bold green",
    "same": "bold cyan",
    "slower": "bold yellow",
    "cannot_tell": "bold magenta",
    "invalid": ALARM,
    "none": "bold",
}
SIDE_WIDTH = 15  # leaves 38 of 80 columns for what the row says


def print_table(results: Results, console: Console) -> None:
    """Print the verdict, if one was asked for, the rows, and what must be known to read them."""
    if is_comparison(results):
        console.print(verdict_line(results), highlight=False)
    if results["runs"]:
        console.print(_table(results))
    for line in remark_lines(results):
        console.print(line, highlight=False)


def verdict_line(results: Results) -> Text:
    """The verdict in one sentence, in the colour of its outcome."""
    verdict = results["verdict"]
    outcome, names = verdict["outcome"], " against ".join(side.label for side in sides(results))
    words = "no verdict" if outcome == "none" else outcome.replace("_", " ")
    line = f"{names}: {words}. {verdict['reason']}" if names else f"{words}. {verdict['reason']}"
    return Text(line, style=OUTCOMES[outcome])


def remark_lines(results: Results) -> list[Text]:
    """What is to be said of the runs: what went wrong, and whether their witnesses agree."""
    runs = remarks.all_runs(results)
    return [
        *(Text(line, style=ALARM) for line in remarks.broken(results)),
        *(Text(line, style="bold") for line in remarks.void(results)),
        *map(Text, remarks.refused(results)),
        *map(Text, remarks.disagreements(runs)),
        *map(Text, remarks.agreements(remarks.traced_runs(results))),
    ]


def _table(results: Results) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("")
    for side in sides(results):
        table.add_column(side.label, justify="right", max_width=SIDE_WIDTH)
    table.add_column("ratio", justify="right")
    group = None
    for row in table_rows(results):
        if row.group != group:
            group = row.group
            table.add_row(Text(group, style="bold underline"))
        bad = row.fault and any(cell.value for cell in row.cells)
        cells = (cell.text for cell in row.cells)
        table.add_row(row.label, *cells, row.ratio, style=ALARM if bad else None)
    return table
