"""The notebook runs on the sample that is committed, and is committed with its charts."""

import json
from pathlib import Path
from typing import Any

import pytest

from load_test.experiment.notebook import execute_notebook
from notebooks.lab import RESULTS, ROOT, SAMPLE, copy_of_spans, trace_store

NOTEBOOK = ROOT / "notebooks" / "before_after.ipynb"
CHARTS = 5
SAMPLE_BYTES = 1_000_000


def charts(notebook: Path) -> int:
    """How many pictures a notebook holds."""
    cells: list[dict[str, Any]] = json.loads(notebook.read_text())["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]
    return sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.mark.slow
def test_it_runs_on_the_sample(tmp_path: Path) -> None:
    with trace_store(copy_of_spans(SAMPLE, tmp_path)) as query_url:
        environment = {"JAEGER_QUERY_URL": query_url, "RESULTS": str(SAMPLE / RESULTS)}
        target = tmp_path / NOTEBOOK.name
        execute_notebook(NOTEBOOK, target, tmp_path / "log", environment)
    assert charts(target) == CHARTS


def test_it_is_committed_with_its_charts() -> None:
    assert charts(NOTEBOOK) == CHARTS


def test_the_sample_is_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < SAMPLE_BYTES
