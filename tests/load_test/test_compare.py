"""`python -m load_test.compare`: wrong usage is a line, and a server that fails is one too."""

import json
import shutil
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

COMMAND = (sys.executable, "-m", "load_test.compare")
WITHIN_S = 30.0


def compare(*arguments: str, within_s: float = WITHIN_S) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=within_s
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["challenge"], "two servers are needed, as challenge solution"),
        (["challenge", "solutoin"], "'solutoin' is no server"),
        (["challenge", "solution", "--max-rounds", "0"], "must be a whole number from 1 to 200"),
        (["--report", "no-such-folder"], "no-such-folder"),
    ],
)
def test_wrong_usage_is_one_line_and_creates_nothing(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    ended = compare(*arguments, "--out", str(tmp_path / "out"))

    assert ended.returncode == 2
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_server_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "attempt").mkdir()
    (tmp_path / "attempt" / "__main__.py").write_text("import no_such_module")

    ended = compare(str(tmp_path / "attempt"), "solution", "--out", str(tmp_path / "out"))

    assert ended.returncode == 1
    assert "attempt ended with exit code 1 at its start" in ended.stderr
    assert "No module named 'no_such_module'" in ended.stderr
    assert "keeps the logs and no finished runs" in ended.stderr
    assert not (tmp_path / "out" / "data").exists()


def test_help_lists_the_flags() -> None:
    ended = compare("--help")

    assert ended.returncode == 0
    assert "--time-limit" in ended.stdout


# Small enough that a comparison ends in less than a minute.
SMALL = ("--history", "1000", "--users", "6", "--rooms", "2", "--light-s", "0.5", "--heavy-s", "1")
COMPARED_WITHIN_S = 150.0
# More than other tests have: five rounds take their time, in whichever test comes first.
patient = pytest.mark.timeout(2 * COMPARED_WITHIN_S)


def read_results(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return found


def rounds_that_count(folder: Path) -> int:
    """How many pairs the verdict so far rests on, 0 before the first."""
    if not (folder / "results.json").exists():
        return 0
    return int(read_results(folder)["verdict"].get("pairs", 0))


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A comparison of challenge and solution that has ended: its folder, and what it printed."""
    folder = tmp_path_factory.mktemp("compared") / "out"
    ended = compare(
        "challenge", "solution", "--out", str(folder), *SMALL, within_s=COMPARED_WITHIN_S
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder, ended.stdout


@patient
@pytest.mark.slow
def test_batching_is_found_to_be_faster(compared: tuple[Path, str]) -> None:
    folder, output = compared
    results = read_results(folder)
    verdict = results["verdict"]

    assert verdict["outcome"] == "faster", verdict
    assert verdict["pairs"] >= 5
    assert 1 < verdict["low"] < verdict["ratio"] < verdict["high"]
    sides = "".join(run["side"] for run in results["runs"])
    assert sides.startswith("ABBAABBAAB")
    assert verdict["reason"] in " ".join(output.split())
    assert output.splitlines()[-1] == str(folder / "report.html")


@patient
@pytest.mark.slow
def test_every_run_of_it_kept_its_books_and_all_witnesses_agree(
    compared: tuple[Path, str],
) -> None:
    results = read_results(compared[0])

    for run in (*results["runs"], *results["work"]):
        assert (run["lost"], run["doubled"], run["out_of_order"]) == (0, 0, 0)
    for run in results["work"]:
        assert run["spans_per_message"]
        assert [each["agree"] for each in run["witnesses"]] == [True] * 4, run["witnesses"]
    for side in "AB":
        assert results["growth"][side]["bytes_written_per_message"] == pytest.approx(1, abs=0.4)
    assert {"load_average", "fsync_p50_ms", "others_cpu_share"} <= set(results["machine"]["after"])


@patient
@pytest.mark.slow
def test_a_report_is_drawn_anew(compared: tuple[Path, str]) -> None:
    folder, _ = compared
    page = folder / "report.html"
    page.unlink()

    ended = compare("--report", str(folder))

    assert (ended.returncode, ended.stdout) == (0, f"{page}\n")
    assert "faster" in page.read_text()


@patient
@pytest.mark.slow
def test_ctrl_c_keeps_and_reports_the_finished_rounds(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    comparison = subprocess.Popen(
        [*COMMAND, "challenge", "challenge", "--out", str(folder), *SMALL],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline_s = time.monotonic() + COMPARED_WITHIN_S
    while not rounds_that_count(folder):  # on a busy machine the first may be void
        assert time.monotonic() < deadline_s, "no round was finished that counts"
        time.sleep(0.05)
    children = psutil.Process(comparison.pid).children(recursive=True)

    comparison.send_signal(signal.SIGINT)
    output, errors = comparison.communicate(timeout=WITHIN_S)

    verdict = read_results(folder)["verdict"]
    assert comparison.returncode == 1, errors
    assert (verdict["outcome"], verdict["pairs"]) == ("cannot_tell", 1)
    assert "stopped by hand" in verdict["reason"]
    assert output.splitlines()[-1] == str(folder / "report.html")
    assert children
    assert alive(children) == []
    assert not (folder / "data").exists()


@patient
@pytest.mark.slow
def test_a_server_that_loses_messages_has_no_speed(tmp_path: Path) -> None:
    package = copy_of_challenge(
        tmp_path, "forgetful", "            self.broadcast(message)\n",
        "            if message.id[-1] not in '05':\n                self.broadcast(message)\n",
    )  # fmt: skip
    folder = tmp_path / "out"

    ended = compare("challenge", package, "--out", str(folder), *SMALL, within_s=COMPARED_WITHIN_S)

    results = read_results(folder)
    assert ended.returncode == 1
    assert results["verdict"]["outcome"] == "invalid"
    assert "forgetful (B, round 1) broke the contract" in results["verdict"]["reason"]
    assert len(results["runs"]) == 2  # there is no use in more


def copy_of_challenge(folder: Path, name: str, old: str, new: str) -> str:
    """The path of a challenge with one text of its socket handler replaced."""
    package = folder / name
    shutil.copytree(PROJECT / "challenge", package)
    handler = package / "socket_handler.py"
    source = handler.read_text()
    assert source.count(old) == 1
    handler.write_text(source.replace(old, new))
    return str(package)
