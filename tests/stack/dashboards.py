"""The queries of our dashboards, asked as Grafana asks them: each must return data.

Grafana puts values in the place of its variables before it asks; here that is done by hand.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stack.checks import Check
from tests.stack.evening import PACKAGES, Evening
from tests.stack.prometheus import Prometheus, PrometheusFailed

FOLDER = Path(__file__).parents[2] / "observability" / "grafana" / "dashboards"
BOTH = f"({'|'.join(PACKAGES)})"  # as Grafana writes a choice of several
STEP_S = 2  # as often as our Prometheus looks
VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)")


class UnknownVariable(Exception):
    """Raised when a query has a variable that we have no value for."""


@dataclass(frozen=True)
class Query:
    """A query of a panel, or of an annotation, which need not find anything."""

    asked_by: str  # dashboard and panel
    expression: str
    instant: bool = False
    may_find_nothing: bool = False


def check_dashboards(
    prometheus: Prometheus, evening: Evening, folder: Path = FOLDER
) -> list[Check]:
    """Ask every query of every panel over the whole evening: for both servers, and for each."""
    paths = sorted(folder.glob("*.json"))
    check = Check("queries of the dashboards return data", 0)
    for path in paths:
        for query in queries_of(json.loads(path.read_text(encoding="utf-8"))):
            check.number += 1
            for job in (BOTH, *PACKAGES):
                if problem := _problem(prometheus, evening, query, job):
                    check.problems.append(f"{query.asked_by}: {problem}")
    return [Check("dashboards", len(paths)), check]


def variables_of(evening: Evening, job: str) -> dict[str, str]:
    """What Grafana would put in to show the whole evening, with looks every 2 s."""
    range_s = round(evening.ended_s - evening.began_s)
    return {
        "job": job,
        # Four looks, as Grafana takes it: so that there are always two in it.
        "__rate_interval": f"{4 * STEP_S}s",
        "__interval": f"{STEP_S}s",
        "__interval_ms": str(1000 * STEP_S),
        "__range": f"{range_s}s",
        "__range_s": str(range_s),
    }


def queries_of(dashboard: dict[str, Any]) -> Iterator[Query]:
    """All queries for Prometheus, those of panels inside collapsed rows too."""
    panels = list(dashboard["panels"])
    for panel in panels:
        panels += panel.get("panels", [])
        asked_by = f"{dashboard['title']}, {panel['title']}"
        for target in panel.get("targets", []):
            if expression := target.get("expr"):
                instant = bool(target.get("instant")) and not target.get("range")
                yield Query(asked_by, expression, instant)
    for annotation in dashboard.get("annotations", {}).get("list", []):
        target = annotation.get("target", annotation)
        if expression := target.get("expr"):
            asked_by = f"{dashboard['title']}, annotation {annotation['name']}"
            yield Query(asked_by, expression, may_find_nothing=True)


def substituted(expression: str, variables: Mapping[str, str]) -> str:
    """The query as Prometheus gets it. Raises UnknownVariable."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name not in variables:
            raise UnknownVariable(f"there is no value for ${name} in {expression}")
        return variables[name]

    return VARIABLE.sub(value, expression)


def _problem(prometheus: Prometheus, evening: Evening, query: Query, job: str) -> str | None:
    try:
        expression = substituted(query.expression, variables_of(evening, job))
        if query.instant:
            found = prometheus.query(expression, evening.ended_s)
        else:
            found = prometheus.query_range(expression, evening.began_s, evening.ended_s, STEP_S)
    except (UnknownVariable, PrometheusFailed) as error:
        return str(error)
    if query.may_find_nothing or any(series.values for series in found):
        return None
    return f"no data for {expression}"
