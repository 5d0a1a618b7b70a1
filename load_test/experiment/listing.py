"""The experiments of the past: a list of them, and their pages drawn anew.

All that is known of one is its results.json. One that is damaged is named as such, and the list
goes on.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from load_test.experiment import quantities
from load_test.experiment.command import draw_report
from load_test.experiment.results import FILE_NAME, SCHEMA
from load_test.experiment.sides import FAULTS, Results, is_comparison, server_names

MOST_LISTED = 20
STAMP_WIDTH = len("20261231-235959")  # the name of a folder that nobody named otherwise
# Without these there is no page; what else is missing is said on it to be not measured.
NEEDED = {"schema", "settings", "machine", "versions", "runs", "verdict"}
NEEDED_OF_VERDICT = {"outcome", "ratio", "low", "high", "reason"}
NEEDED_OF_RUN = {
    "server", "side", "valid", "invalid_because", "sent", "delivered", "delivered_per_s", *FAULTS
}  # fmt: skip


class NoResults(Exception):
    """Raised for a folder whose results cannot be read; the text says why, and what to do."""


@dataclass(frozen=True)
class Listed:
    """One folder of the list: its results, or the problem with them."""

    folder: Path
    size_bytes: int
    results: Results | None = None
    problem: str = ""


def list_runs(folder: Path) -> list[Listed]:
    """The last experiments in `folder`, which is results/: those with a results.json, by name,
    which is the time unless somebody named them; the latest at the end.
    """
    paths = folder.glob(f"*/{FILE_NAME}")
    found = sorted(path.parent for path in paths if not path.parent.is_symlink())
    return [_look_at(each) for each in found[-MOST_LISTED:]]


def print_list(listed: Sequence[Listed], console: Console) -> None:
    """Print the list, one line each, or what would make an entry if there is none."""
    if not listed:
        console.print(
            "There are no results yet: `make demo` or `make compare` makes some.", highlight=False
        )
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("folder", overflow="fold", min_width=STAMP_WIDTH)
    for heading in ("when", "A, B", "verdict"):
        table.add_column(heading, overflow="fold")
    for heading in ("pairs", "size"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in listed:
        size = quantities.size(each.size_bytes)
        if each.results is None:
            table.add_row(each.folder.name, "", "", f"damaged: {each.problem}", "", size)
        else:
            when, who, verdict, pairs = _told(each.results)
            table.add_row(each.folder.name, when, who, verdict, pairs, size)
    console.print(table)


def redraw(folder: Path) -> Path:
    """Draw the charts and the page in `folder` anew, from its results.json; the page's path.

    Raises NoResults.
    """
    return draw_report(read_results(folder), folder)


def read_results(folder: Path) -> Results:
    """The results in a folder, with all that a page needs. Raises NoResults."""
    path = folder / FILE_NAME
    if not folder.is_dir():
        raise NoResults(f"there is no folder {folder}: --list shows those there are")
    if not path.is_file():
        raise NoResults(f"{folder} holds no {FILE_NAME}: no experiment has ended there")
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoResults(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(results, dict) or "schema" not in results:
        raise NoResults(f"{path} is not of an experiment: it has no key schema")
    if results["schema"] != SCHEMA:
        raise NoResults(
            f"{path} has schema {results['schema']}, and this reads {SCHEMA}: "
            "use the version of the project that wrote it"
        )
    if missing := _missing(results):
        raise NoResults(f"{path} is not whole: {', '.join(missing)} missing")
    return results


def _missing(results: Results) -> list[str]:
    """The keys that are not there, or hold what they cannot."""
    missing = sorted(NEEDED - results.keys())
    if missing:
        return missing
    missing = _missing_in("verdict", results["verdict"], NEEDED_OF_VERDICT)
    for part in ("runs", "work"):
        runs = results.get(part) or []
        if not isinstance(runs, list):
            return [part]
        for number, run in enumerate(runs):
            missing += _missing_in(f"{part}[{number}]", run, NEEDED_OF_RUN)
    return missing


def _missing_in(path: str, part: Any, needed: set[str]) -> list[str]:
    if not isinstance(part, dict):
        return [path]
    return [f"{path}.{key}" for key in sorted(needed - part.keys())]


def _look_at(folder: Path) -> Listed:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    size_bytes = sum(path.stat().st_size for path in files)
    try:
        return Listed(folder, size_bytes, read_results(folder))
    except NoResults as problem:
        return Listed(folder, size_bytes, problem=str(problem).replace(f"{folder}/", ""))


def _told(results: Results) -> tuple[str, str, str, str]:
    """When, who against whom, the verdict with its ratio, and the pairs of rounds."""
    started, verdict = results.get("started_at"), results["verdict"]
    when = f"{datetime.fromisoformat(started).astimezone():%d %b %H:%M}" if started else ""
    who = ", ".join(name for _, name in sorted(server_names(results).items()))
    if not is_comparison(results):
        return when, who, "demo", ""
    outcome = "no verdict" if verdict["outcome"] == "none" else verdict["outcome"].replace("_", " ")
    if verdict["ratio"] is not None:
        interval = quantities.interval(verdict["low"], verdict["high"])
        outcome = f"{outcome}, {quantities.number(verdict['ratio'])} ({interval})"
    return when, who, outcome, str(verdict.get("pairs", 0))
