"""A notebook is executed with what it needs, and a failing one is a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from load_test.experiment.notebook import NotebookFailed, execute_notebook


def write_notebook(path: Path, source: str) -> Path:
    cell: dict[str, Any] = {
        "cell_type": "code", "id": "only", "source": source,
        "execution_count": None, "metadata": {}, "outputs": [],
    }  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    path.write_text(json.dumps(notebook))
    return path


@pytest.mark.slow
def test_the_copy_has_outputs_and_the_original_has_not(tmp_path: Path) -> None:
    code = "import os, observability.spans\nprint(os.environ['RESULTS'])"
    source = write_notebook(tmp_path / "small.ipynb", code)
    before = source.read_bytes()
    target = tmp_path / "results" / "small.ipynb"
    target.parent.mkdir()

    environment = {"RESULTS": "here they are"}
    assert execute_notebook(source, target, tmp_path / "log", environment) == target

    (cell,) = json.loads(target.read_text())["cells"]
    assert cell["outputs"][0]["text"] == ["here they are\n"]
    assert source.read_bytes() == before


@pytest.mark.slow
def test_a_failing_cell_is_told(tmp_path: Path) -> None:
    source = write_notebook(tmp_path / "bad.ipynb", "1 / 0")

    with pytest.raises(NotebookFailed, match=r"bad.ipynb failed(.|\n)*ZeroDivisionError"):
        execute_notebook(source, tmp_path / "out.ipynb", tmp_path / "log", {})


def test_a_notebook_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotebookFailed, match="there is no notebook .*nowhere.ipynb"):
        execute_notebook(tmp_path / "nowhere.ipynb", tmp_path / "out.ipynb", tmp_path / "log", {})
