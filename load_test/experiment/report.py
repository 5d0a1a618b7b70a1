"""The report of an experiment: PNG charts and one page that holds everything.

The page says what was measured and judges nothing. Its words are in ``report.html.j2``; its
numbers are cells of `sides`, so that each one leads back to results.json. It needs no network and
no script: the charts are inline SVG in the colours of the page, light or dark.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from load_test.experiment import quantities
from load_test.experiment.chart_parts import Chart
from load_test.experiment.charts import CHARTS
from load_test.experiment.rows import FAULTS, phase_names, table_rows
from load_test.experiment.sides import Cell, sides

TEMPLATE = "report.html.j2"
WITNESSES = ("ledger", "metrics", "spans", "system")
# The line of a server, as the page draws it under its name.
BORDERS = {"--": "dashed", "-": "solid", ":": "dotted", "-.": "double"}
# Units at the end of a fact's name go to its value. The first that fits decides.
UNITS: dict[str, Callable[[float], str]] = {
    "_per_s": "{:g} a second".format,
    "_s": "{:g} s".format,
    "_ms": quantities.duration,
    "_bytes": quantities.size,
    "_share": "{:.0%}".format,
}
Drawing = tuple[Chart, Markup, Markup]  # a chart, its wide SVG and its narrow one


def write_report(results: dict[str, Any], folder: Path) -> Path:
    """Write the charts and report.html into `folder`; the path of the page.

    `results` has the form of results.json; what is null there is said to be not measured. Raises
    ValueError if there is no run.
    """
    if not results["runs"]:
        raise ValueError("these results hold no run, so there is nothing to report")
    both = sides(results)
    drawings = []
    for chart in CHARTS:
        chart.write_png(both, folder)
        wide, narrow = (Markup(chart.svg(both, narrow)) for narrow in (False, True))
        drawings.append((chart, wide, narrow))
    path = folder / "report.html"
    path.write_text(render_page(results, drawings), encoding="utf-8")
    return path


def render_page(results: dict[str, Any], drawings: Sequence[Drawing]) -> str:
    """The page as HTML, with these drawings."""
    both = sides(results)
    rows = groupby(table_rows(results), attrgetter("group"))
    return _template().render(
        results=results,
        both=both,
        several_rounds=any(len(side.runs) > 1 for side in both),
        flattering=any(side.value("undelivered") for side in both),
        when=when(results),
        alarms=alarms(results),
        books=books(results),
        table=[(group, list(its_rows)) for group, its_rows in rows],
        phases=phase_names(both),
        drawings=drawings,
        borders=BORDERS,
        missing=Cell(quantities.MISSING, None, ""),
        settings=facts(results.get("settings"), "settings"),
        machine=facts(results.get("machine"), "machine"),
        versions=facts(results.get("versions"), "versions"),
        runs=[run_details(index, run) for index, run in enumerate(results["runs"])],
        witnesses=WITNESSES,
    )


def alarms(results: dict[str, Any]) -> list[str]:
    """What must be read before any number: runs that do not count, and messages that went wrong."""
    found = []
    for index, run in enumerate(results["runs"]):
        name = _name(index, run)
        if run.get("valid") is False:
            reason = run.get("invalid_because") or "no reason is given"
            found.append(f"{name} is invalid, its speed says nothing: {reason}.")
        faults = [
            f"{quantities.count(run[key])} {what}" for key, what in FAULTS.items() if run[key]
        ]
        if faults:
            found.append(f"{name} broke the contract: {', '.join(faults)}.")
    return found


def books(results: dict[str, Any]) -> str:
    """One sentence on the messages that went wrong, over all runs."""
    counts = [run[key] for run in results["runs"] for key in FAULTS]
    if any(counts):
        return "Messages went wrong: see the top of this page."
    if None in counts:
        return "Whether messages were lost, doubled or out of order was not measured in every run."
    return "No message was lost, doubled or out of order."


def when(results: dict[str, Any]) -> str | None:
    """The start of the experiment as people write it, in the time zone that results.json names."""
    started = results.get("started_at")
    if not started:
        return None
    moment = datetime.fromisoformat(started)
    return f"{moment.day} {moment:%B %Y, %H:%M %Z}".strip()


def witness_cells(witness: Mapping[str, Any], path: str) -> dict[str, Cell]:
    """The counts of one thing by several witnesses; bytes with their unit."""
    cells = facts(witness, path)
    if "bytes" in witness["what"]:
        for who in WITNESSES:
            if witness.get(who) is not None:
                cells[who] = Cell(quantities.size(witness[who]), witness[who], cells[who].path)
    return cells


def facts(part: Mapping[str, Any] | None, path: str) -> dict[str, Cell]:
    """The single facts of a part of results.json, as cells by name."""
    return {
        name: Cell(_fact(name, value), value, f"{path}.{name}")
        for name, value in (part or {}).items()
    }


def run_details(index: int, run: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a single run: its name, how the generator did, and what witnesses counted."""
    path = f"runs[{index}]"
    witnesses = enumerate(run.get("witnesses") or [])
    return {
        "name": _name(index, run),
        "generator": facts(run.get("generator"), f"{path}.generator"),
        "witnesses": [
            witness_cells(each, f"{path}.witnesses[{place}]") for place, each in witnesses
        ],
    }


def breakable(text: str) -> Markup:
    """Lets a long name of code break after its dots and underscores, on a narrow screen."""
    return Markup("<wbr>").join(re.split(r"(?<=[._/])", text))


def without_unit(name: str) -> str:
    """The name of a fact in words: `stream_s` is "stream", its value has the unit."""
    suffix = next((suffix for suffix in UNITS if name.endswith(suffix)), "")
    return name.removesuffix(suffix).replace("_", " ")


def _name(index: int, run: Mapping[str, Any]) -> str:
    return f"Run {index + 1} ({run['server']})"


def _fact(name: str, value: Any) -> str:
    if value is None:
        return quantities.MISSING
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) or name == "seed":  # a seed is a name, though of digits
        return str(value)
    for suffix, write in UNITS.items():
        if name.endswith(suffix):
            return write(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(breakable=breakable, without_unit=without_unit)
    return environment.get_template(TEMPLATE)
