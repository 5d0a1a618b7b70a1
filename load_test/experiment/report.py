"""The report of an experiment: PNG charts and one page that holds everything.

The page says what was measured, after the verdict if there is one. Its words are in the templates
beside this file; its numbers are cells of `sides`, so that each one leads back to results.json. It
needs no network and no script: the charts are inline SVG in the colours of the page, light or dark.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from load_test.experiment import contest, quantities, remarks, verdict
from load_test.experiment.chart_parts import Chart
from load_test.experiment.charts import charts_of
from load_test.experiment.facts import breakable, facts, without_unit, witness_cells
from load_test.experiment.rows import is_invalid, phase_names, table_rows
from load_test.experiment.sides import (
    FAULTS,
    Cell,
    Results,
    Run,
    fact,
    histories,
    is_comparison,
    sides,
    work_sides,
)
from load_test.experiment.verdict_charts import VERDICT

DEMO, COMPARISON = "report_demo.html.j2", "report_comparison.html.j2"
# The line of a server, as the page draws it under its name.
BORDERS = {"--": "dashed", "-": "solid", ":": "dotted", "-.": "double"}
Drawing = tuple[Chart, Markup, Markup]  # a chart, its wide SVG and its narrow one


def write_report(results: Results, folder: Path) -> Path:
    """Write the charts and report.html into `folder`; the path of the page.

    `results` has the form of results.json; what is null there is said to be not measured. Without
    a run the page tells the verdict, the settings and the machine.
    """
    drawings = []
    for chart in charts_of(results):
        chart.write_png(results, folder)
        wide, narrow = (Markup(chart.svg(results, narrow)) for narrow in (False, True))
        drawings.append((chart, wide, narrow))
    path = folder / "report.html"
    path.write_text(render_page(results, drawings), encoding="utf-8")
    return path


def render_page(results: Results, drawings: Sequence[Drawing]) -> str:
    """The page as HTML, with these drawings."""
    both, machine = sides(results), dict(results.get("machine") or {})
    after = machine.pop("after", None)
    labels = {side.letter: side.label for side in both}
    rows = groupby(table_rows(results), attrgetter("group"))
    return _template(COMPARISON if is_comparison(results) else DEMO).render(
        results=results,
        both=both,
        names=[labels.get("A", "A"), labels.get("B", "B")],
        working=work_sides(results),
        fact=lambda *keys: fact(results, *keys),
        several_rounds=any(len(side.runs) > 1 for side in both),
        flattering=any(side.value("undelivered") for side in both),
        when=when(results),
        broken=remarks.broken(results),
        void=remarks.void(results),
        refused=remarks.refused(results),
        disagreements=remarks.disagreements(results["runs"]),
        books=books(results),
        invalid=is_invalid(results),
        table=[(group, list(its_rows)) for group, its_rows in rows],
        phases=phase_names(both),
        histories=histories(results),
        verdict_drawing=[drawing for drawing in drawings if drawing[0] is VERDICT],
        drawings=[drawing for drawing in drawings if drawing[0] is not VERDICT],
        borders=BORDERS,
        missing=Cell(quantities.MISSING, None, ""),
        settings=facts(results.get("settings"), "settings"),
        machine=facts(machine, "machine"),
        after=facts(after, "machine.after"),
        versions=facts(results.get("versions"), "versions"),
        runs=[run_details(path, run) for path, run in _traced(results)],
        witnesses=list(remarks.WITNESSES),
        bounds=verdict,
        contest=contest,
    )


def books(results: Results) -> str:
    """One sentence on the messages that went wrong, over all runs."""
    counts = [run[key] for run in remarks.all_runs(results) for key in FAULTS]
    if any(counts):
        return "Messages went wrong: see the top of this page."
    if None in counts:
        return "Whether messages were lost, doubled or out of order was not measured in every run."
    return "No message was lost, doubled or out of order."


def when(results: Results) -> str | None:
    """The start of the experiment as people write it, in the time zone that results.json names."""
    started = results.get("started_at")
    if not started:
        return None
    moment = datetime.fromisoformat(started)
    return f"{moment.day} {moment:%B %Y, %H:%M %Z}".strip()


def run_details(path: str, run: Run) -> dict[str, Any]:
    """What is told of a single run: its name, how the generator did, and what witnesses counted."""
    witnesses = enumerate(run.get("witnesses") or [])
    return {
        "name": remarks.name_of(run),
        "generator": facts(run.get("generator"), f"{path}.generator"),
        "witnesses": [
            witness_cells(each, f"{path}.witnesses[{place}]") for place, each in witnesses
        ],
    }


def _traced(results: Results) -> list[tuple[str, Run]]:
    """The runs whose witnesses are told one by one, with their path."""
    part = "work" if results.get("work") else "runs"
    if part == "runs" and is_comparison(results):
        return []
    return [(f"{part}[{index}]", run) for index, run in enumerate(results[part])]


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(breakable=breakable, without_unit=without_unit)
    return environment.get_template(name)
