"""The demo from beginning to end, with a small load: what it leaves, and that it can be stopped."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from load_test.experiment.family import alive
from load_test.experiment.processes import PROJECT
from observability import names
from tests.load_test.experiment.test_notebook import write_notebook

WITHIN_S = 60.0
STOPPED_WITHIN_S = 3.0
SMALL = (
    "--history 50 --users 4 --rooms 2 --rate-per-s 60 --stream-s 0.5 --breath-s 0.3 "
    "--burst-messages 60 --finish-s 5 --lone-messages 2"
).split()
NOTEBOOK = """
import json, os
from observability.jaeger_client import JaegerClient
with JaegerClient(os.environ["JAEGER_QUERY_URL"]) as jaeger, open(os.environ["RESULTS"]) as file:
    print(jaeger.services(), [run["server"] for run in json.load(file)["runs"]])
"""

pytestmark = pytest.mark.slow


def start_demo(folder: Path, notebook: Path) -> subprocess.Popen[str]:
    flags = ("--out", str(folder), "--notebook", str(notebook), *SMALL)
    return subprocess.Popen(
        [sys.executable, "-m", "load_test.demo", *flags],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo that has ended: its folder, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    notebook = write_notebook(folder / "small.ipynb", NOTEBOOK)
    process = start_demo(folder / "out", notebook)
    output, errors = process.communicate(timeout=WITHIN_S)
    # On a busy machine the generator may be late: then the runs are invalid, and it says so.
    late = "void" in output
    assert process.returncode == (1 if late else 0), output + errors
    return folder / "out", output


@pytest.fixture(scope="module")
def results(demo: tuple[Path, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((demo[0] / "results.json").read_text())
    return found


def test_the_last_line_is_the_report(demo: tuple[Path, str]) -> None:
    folder, output = demo

    assert output.splitlines()[-1] == str(folder / "report.html")
    assert (folder / "report.html").is_file()
    assert "Delivered messages per second" in output


def test_the_folder_holds_all_that_was_promised(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    found = {path.name for path in folder.iterdir()}

    assert {"results.json", "report.html", "traces.db", "small.ipynb", "logs"} <= found
    assert [name for name in found if name.endswith(".png")]
    assert "data" not in found
    logs = {path.name for path in (folder / "logs").iterdir()}
    assert {"1-A-challenge.log", "1-B-solution.log", "trace-store.log"} <= logs


def test_the_notebook_read_the_spans_of_both(demo: tuple[Path, str]) -> None:
    (cell,) = json.loads((demo[0] / "small.ipynb").read_text())["cells"]

    assert cell["outputs"][0]["text"] == ["['challenge', 'solution'] ['challenge', 'solution']\n"]


def test_each_run_is_accounted_for_by_all_witnesses(results: dict[str, Any]) -> None:
    assert [(run["server"], run["side"]) for run in results["runs"]] == [
        ("challenge", "A"),
        ("solution", "B"),
    ]
    for run in results["runs"]:
        assert run["sent"] == run["delivered"] > 60
        assert (run["lost"], run["doubled"], run["out_of_order"]) == (0, 0, 0)
        assert [each["agree"] for each in run["witnesses"]] == [True] * 4, run["witnesses"]
    assert results["verdict"]["outcome"] == "none"


def test_spans_and_counters_show_the_lesson(results: dict[str, Any]) -> None:
    challenge, solution = results["runs"]

    assert challenge["acknowledgement"] == "stored"
    assert challenge["file_writes_per_message"] == 1
    assert challenge["spans_per_message"][names.CREATE_MESSAGE] == 1
    assert solution["acknowledgement"] == "queued"
    assert solution["file_writes_per_message"] < 0.8
    assert solution["spans_per_message"][names.CREATE_MESSAGES_BATCH] < 0.8
    assert solution["spans_per_message"][names.SEND_MESSAGE] == 1


def test_ctrl_c_stops_servers_and_store(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "small.ipynb", "")
    demo = start_demo(tmp_path / "out", notebook)
    started = psutil.Process(demo.pid)
    children: list[psutil.Process] = []
    deadline_s = time.monotonic() + WITHIN_S
    while not (tmp_path / "out" / "logs" / "1-A-challenge.log").exists():
        assert time.monotonic() < deadline_s, "the first run never began"
        time.sleep(0.05)
    children = started.children(recursive=True)

    asked_s = time.monotonic()
    demo.send_signal(signal.SIGINT)
    _, errors = demo.communicate(timeout=WITHIN_S)

    assert time.monotonic() - asked_s < STOPPED_WITHIN_S
    assert demo.returncode == 1
    assert "stopped; " in errors
    assert "keeps the logs" in errors
    assert len(children) >= 2
    assert alive(children) == []
    assert not (tmp_path / "out" / "data").exists()
