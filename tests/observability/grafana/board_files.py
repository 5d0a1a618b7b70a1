"""The dashboards as they are committed, for tests."""

import json
from collections.abc import Iterator
from typing import Any

from observability.grafana.files import DASHBOARDS

NAMES = ("overview.json", "details.json")

Panel = dict[str, Any]


def committed(name: str) -> dict[str, Any]:
    """A dashboard, parsed."""
    dashboard: dict[str, Any] = json.loads((DASHBOARDS / name).read_text(encoding="utf-8"))
    return dashboard


def panels(*files: str) -> list[Panel]:
    """All panels of some dashboards, of all if none is named; the headings of rows left out."""
    found = [panel for name in files or NAMES for panel in committed(name)["panels"]]
    return [panel for panel in found if panel["type"] != "row"]


def unit_of(panel: Panel) -> str | None:
    """The unit of a panel: of a heat map that of its axis."""
    if panel["type"] == "heatmap":
        axis: str | None = panel["options"]["yAxis"].get("unit")
        return axis
    unit: str | None = panel["fieldConfig"]["defaults"].get("unit")
    return unit


def links_of(panel: Panel) -> list[str]:
    """The addresses that a panel leads to."""
    links = panel.get("links", []) + panel["fieldConfig"]["defaults"].get("links", [])
    return [link["url"] for link in links]


def expressions() -> Iterator[str]:
    """All that the dashboards ask of Prometheus, for panels, the variable and the midnight line."""
    for panel in panels():
        yield from (target["expr"] for target in panel["targets"])
    for name in NAMES:
        dashboard = committed(name)
        yield from (each["target"]["expr"] for each in dashboard["annotations"]["list"])
        yield from (each["query"] for each in dashboard["templating"]["list"])


def values_of(value: object, key: str) -> Iterator[object]:
    """Everything that stands under a key, at any depth."""
    if isinstance(value, dict):
        yield from (each for name, each in value.items() if name == key)
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from values_of(each, key)
