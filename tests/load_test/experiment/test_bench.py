"""A run on the bench: on a copy of the data, told with its side, and kept in results.json."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from load_test.experiment.arrivals import make_schedule
from load_test.experiment.bench import Bench
from load_test.experiment.evening import Evening
from load_test.experiment.load import Load
from load_test.experiment.prepared import UNTRACED, Prepared
from load_test.experiment.progress import Progress
from load_test.experiment.servers import Package
from load_test.experiment.traces import Traces


@pytest.mark.slow
def test_a_run_leaves_its_numbers_and_its_log_and_no_data(
    prepared: Prepared, settings: Evening, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    load = Load.make(settings.phases, make_schedule(settings.phases, settings), prepared)
    packages = {"A": Package.find("challenge"), "B": Package.find("solution")}
    screen = Console(file=io.StringIO())

    with (
        Progress(screen, expected_s=5) as progress,
        Bench(packages, tmp_path, Traces(UNTRACED, None), progress) as bench,
    ):
        run = bench.run("7", "B", prepared, load)
        left = list(bench.data.iterdir())
        bench.results = {"runs": [run]}
        bench.save()

    assert (run["server"], run["side"]) == ("solution", "B")
    assert run["delivered"] == len(load.schedule)
    assert run["spans"] is None
    assert left == []
    assert not (tmp_path / "data").exists()
    assert (tmp_path / "logs" / "7-B-solution.log").stat().st_size > 0
    (kept,) = json.loads((tmp_path / "results.json").read_text())["runs"]
    assert kept["delivered"] == run["delivered"]
