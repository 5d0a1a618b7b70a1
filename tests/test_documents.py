"""What the documents tell people to type exists, and what they explain is all there is."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OBSERVABILITY = ROOT / "observability"
DOCUMENTS = (
    "README.md", "challenge/README.md", "observability/README.md", "tests/checklist/README.md",
)  # fmt: skip
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
OURS = ("challenge", "solution", "load_test", "notebooks", "observability", "tests")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_exists(name: str) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    used = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / name).read_text(), re.MULTILINE))
    assert used
    assert used <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_program_exists(name: str) -> None:
    # A long command goes on in the next line.
    modules = re.findall(r"python\s+-m\s+(\w+)([\w.]*)", (ROOT / name).read_text())
    paths = [ROOT / (first + rest).replace(".", "/") for first, rest in modules if first in OURS]
    missing = [path for path in paths if not (path.with_suffix(".py").exists() or path.is_dir())]
    assert missing == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", (ROOT / name).read_text())
    local = [link for link in links if "://" not in link]
    missing = [link for link in local if not (ROOT / name).parent.joinpath(link).exists()]
    assert missing == []


def test_every_panel_is_explained() -> None:
    told = " ".join((OBSERVABILITY / "README.md").read_text().lower().split())
    dashboards = OBSERVABILITY.glob("grafana/dashboards/*.json")
    panels = [panel for path in dashboards for panel in json.loads(path.read_text())["panels"]]
    drawn = [panel["title"].lower() for panel in panels if panel["type"] != "row"]
    titles = {title.removesuffix(" of $job") for title in drawn}
    assert titles
    assert [title for title in titles if title not in told] == []


def test_every_alert_is_explained() -> None:
    rules = (OBSERVABILITY / "prometheus" / "rules" / "alerts.yml").read_text()
    told = (OBSERVABILITY / "README.md").read_text()
    alerts = re.findall(r"- alert: (\w+)", rules)
    assert alerts
    assert [alert for alert in alerts if f"| {alert}" not in told] == []


def test_pictures_are_small() -> None:
    pictures = list((OBSERVABILITY / "pictures").glob("*.png"))
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size >= 60_000] == []
