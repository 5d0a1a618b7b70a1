"""The notebook draws a run of the benchmark, and is committed with the charts of its sample."""

import json
from pathlib import Path
from typing import Any

import pytest

from load_test.experiment.notebook import execute_notebook
from notebooks.lab import ROOT, SAMPLE
from tests.benchmarks.cost_of_looking_runs import WAYS

NOTEBOOK = ROOT / "notebooks" / "cost_of_looking.ipynb"
RUN = SAMPLE / "cost_of_looking.json"
CHARTS = 3
SAMPLE_BYTES = 100_000


def outputs_of(notebook: Path) -> list[dict[str, Any]]:
    """All that the cells of a notebook have shown."""
    cells: list[dict[str, Any]] = json.loads(notebook.read_text())["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]


def charts(notebook: Path) -> int:
    """How many pictures a notebook holds."""
    return sum("image/png" in output.get("data", {}) for output in outputs_of(notebook))


@pytest.mark.slow
def test_it_runs_on_the_run_that_it_is_given(tmp_path: Path) -> None:
    # given a run of one server only, of which some figures could not be measured
    run = json.loads(RUN.read_text())
    run["summary"] = run["summary"][:1]
    run["summary"][0]["ways"]["all otlp"] |= {"p99_ms": None, "stops": None}
    run["missed"] = ["this is told"]
    given = tmp_path / "run.json"
    given.write_text(json.dumps(run))

    # when the notebook is executed on it
    target = tmp_path / NOTEBOOK.name
    execute_notebook(NOTEBOOK, target, tmp_path / "log", {"RUN": str(given)})

    # then all its charts are there, and it says what the run does
    assert charts(target) == CHARTS
    texts = ["".join(output["text"]) for output in outputs_of(target) if "text" in output]
    assert "this is told" in "\n".join(texts)


def test_it_is_committed_with_its_charts() -> None:
    assert charts(NOTEBOOK) == CHARTS
    assert not [each for each in outputs_of(NOTEBOOK) if each["output_type"] == "error"]


def test_the_sample_is_small_and_whole() -> None:
    assert RUN.stat().st_size < SAMPLE_BYTES
    summary = json.loads(RUN.read_text())["summary"]
    assert {case["server"] for case in summary} == {"challenge", "solution"}
    assert all(list(case["ways"]) == [way.name for way in WAYS] for case in summary)
    assert all(case["ways"]["shipped"]["cpu_ratio"] for case in summary)
