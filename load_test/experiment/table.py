"""The before/after table in the terminal, readable at 80 columns; the page shows the same rows."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from load_test.experiment.rows import FAULTS, table_rows
from load_test.experiment.sides import sides

ALARM = "bold red"
# How the witnesses of results.json are called here.
WITNESSES = {"ledger": "clients", "metrics": "server", "spans": "spans", "system": "system"}
SIDE_WIDTH = 16  # leaves 37 of 80 columns for what the row says


def print_table(results: dict[str, Any], console: Console) -> None:
    """Print the rows of the comparison, and then what must be known to read them."""
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
    console.print(table)
    for run in results["runs"]:
        for line in remarks(run):
            console.print(line, highlight=False)


def remarks(run: dict[str, Any]) -> list[Text]:
    """What is to be said of one run: what went wrong, and whether its witnesses agree."""
    name = f"{run['server']} ({run['side']}, round {run['round']})"
    lines = []
    if not run["valid"]:
        lines.append(Text(f"{name} is invalid: {run['invalid_because']}.", style=ALARM))
    faults = [f"{run[key]:,} {what}" for key, what in FAULTS.items() if run[key]]
    if faults:
        lines.append(Text(f"{name} broke the contract: {', '.join(faults)}.", style=ALARM))
    refused = run.get("refused") or {}
    if refused:
        count, codes = sum(refused.values()), ", ".join(refused)
        lines.append(Text(f"{name} refused {count:,} messages ({codes})."))
    for each in run.get("witnesses") or []:
        if each["agree"] is False:
            counts = ", ".join(
                f"{who} {each[key]:,}" for key, who in WITNESSES.items() if key in each
            )
            lines.append(
                Text(f"{name}: witnesses disagree on {each['what']} ({counts}): {each['note']}.")
            )
    agreeing = [each for each in run.get("witnesses") or [] if each["agree"]]
    who = [who for key, who in WITNESSES.items() if any(key in each for each in agreeing)]
    if agreeing:
        things = ", ".join(each["what"] for each in agreeing)
        lines.append(Text(f"{name}: {', '.join(who)} agree on {things}."))
    return lines
