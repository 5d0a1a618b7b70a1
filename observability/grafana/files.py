"""The dashboards as the JSON files that Grafana reads."""

import json
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from observability.grafana import details, overview
from observability.grafana.board import link_to

DASHBOARDS = Path(__file__).parent / "dashboards"


def made() -> dict[str, str]:
    """The text of each file, by its name."""
    first = overview.overview().link(link_to(details.UID, "In detail"))
    second = details.details().link(link_to(overview.UID, "Before and after"))
    return {"overview.json": text_of(first), "details.json": text_of(second)}


def text_of(dashboard: Dashboard) -> str:
    """A dashboard as JSON; its panels are numbered, as links to one of them need it."""
    built = dashboard.build()
    for number, panel in enumerate(built.panels or [], start=1):
        panel.id_val = number
    return as_text(built)


def as_text(built: Any) -> str:
    """What the library built, as the text of a file."""
    plain = json.loads(json.dumps(built, cls=JSONEncoder))
    return json.dumps(_without_menu(plain), indent=2, ensure_ascii=False) + "\n"


def differing(folder: Path) -> list[str]:
    """The names of the files in a folder that are not as they would be written, sorted."""
    expected = made()
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(
        name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)
    )


def write(folder: Path) -> list[Path]:
    """Write all dashboards into a folder; their paths. Raises OSError."""
    paths = []
    for name, text in made().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _without_menu(value: Any) -> Any:
    """The library hides links and annotations in a menu, always; people should see them."""
    if isinstance(value, dict):
        return {
            key: _without_menu(each)
            for key, each in value.items()
            if (key, each) != ("placement", "inControlsMenu")
        }
    return [_without_menu(each) for each in value] if isinstance(value, list) else value
