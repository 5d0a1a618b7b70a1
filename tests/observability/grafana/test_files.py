"""The JSON files: as the generator gives them, whole for Grafana's schema, and fit to be read."""

import json
import shutil
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from observability.grafana.files import DASHBOARDS, as_text, differing, write
from tests.behaviour.servers import ROOT
from tests.observability.grafana.board_files import (
    NAMES,
    Panel,
    committed,
    links_of,
    panels,
    unit_of,
    values_of,
)

COLUMNS = 24


def test_the_committed_files_are_what_the_generator_gives() -> None:
    assert differing(DASHBOARDS) == [], "run python -m observability.grafana"
    assert sorted(path.name for path in DASHBOARDS.iterdir()) == sorted(NAMES)


def test_a_changed_a_missing_and_a_strange_file_are_named(tmp_path: Path) -> None:
    write(tmp_path)
    assert differing(tmp_path) == []
    (tmp_path / "details.json").unlink()
    (tmp_path / "by-hand.json").write_text("{}")
    (tmp_path / "overview.json").write_text("{}")
    assert differing(tmp_path) == ["by-hand.json", "details.json", "overview.json"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_gets_lost_on_the_way_through_grafanas_schema(name: str) -> None:
    # The library's classes are generated from Grafana's schema and keep only what they know.
    register_default_plugins()
    known = Dashboard.from_json(committed(name))
    assert json.loads(as_text(known)) == committed(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_explains_itself(name: str) -> None:
    titles = [panel["title"] for panel in panels(name)]
    assert len(titles) == len(set(titles))
    for panel in panels(name):
        assert panel["title"], panel["id"]
        assert len(panel["description"]) > 30, panel["title"]
        assert panel["description"].endswith((".", "?")), panel["title"]
        assert unit_of(panel), panel["title"]
        assert all(link.startswith("http://localhost:16686/search?") for link in links_of(panel))
        assert len(links_of(panel)) == 1, panel["title"]


def test_only_our_two_data_sources_are_asked() -> None:
    asked = [ref for name in NAMES for ref in values_of(committed(name), "datasource")]
    uids = {ref["uid"] if isinstance(ref, dict) else ref for ref in asked}
    assert uids <= {"prometheus", "jaeger"}
    assert "prometheus" in uids


@pytest.mark.parametrize("name", NAMES)
def test_panels_lie_on_the_grid_and_not_on_each_other(name: str) -> None:
    everything = committed(name)["panels"]
    for panel in everything:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= COLUMNS, panel["title"]
    for one, other in combinations(everything, 2):
        assert not overlap(one, other), f"{one['title']} and {other['title']}"
    ids = [panel["id"] for panel in everything]
    assert len(ids) == len(set(ids))


def overlap(one: Panel, other: Panel) -> bool:
    """Whether two panels share a cell of the grid."""
    a, b = one["gridPos"], other["gridPos"]
    beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
    above = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
    return not beside and not above


def test_the_command_checks_and_writes(tmp_path: Path) -> None:
    folder = tmp_path / "dashboards"
    shutil.copytree(DASHBOARDS, folder)
    # given a file that was changed by hand
    (folder / "details.json").write_text("{}")
    # then the check names it and leaves it
    checked = run("--check", "--folder", str(folder))
    assert checked.returncode == 1
    assert checked.stdout == "details.json differs: run python -m observability.grafana\n"
    assert (folder / "details.json").read_text() == "{}"
    # and written anew it is as it was
    assert run("--folder", str(folder)).returncode == 0
    assert differing(folder) == []


def test_a_folder_that_is_none_is_a_wrong_usage(tmp_path: Path) -> None:
    refused = run("--folder", str(tmp_path / "nowhere"))
    assert refused.returncode == 2
    assert f"there is no folder {tmp_path / 'nowhere'}" in refused.stderr
    assert not (tmp_path / "nowhere").exists()


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    """The command as people run it."""
    command = [sys.executable, "-m", "observability.grafana", *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
