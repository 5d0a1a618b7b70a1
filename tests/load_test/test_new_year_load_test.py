"""The seed's command, as people run it: a process, with or without a terminal."""

import ast
import csv
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.behaviour.servers import ROOT, ServerProcess, wait_until
from tests.load_test.new_year.command import END_S, FOLDER, SCRIPT, Terminal, command
from tests.load_test.new_year.small_servers import (
    GOOD,
    LOG_IN,
    silent_server,
    small_server,
    unused_address,
)

# The Python that the virtual environment was made of: outside it, and without our packages.
OTHER_PYTHON = f"{sys.base_prefix}/bin/python3"
OLDEST_PYTHON = (3, 7)
PROMISED_S = 5.0  # from the start of the process to an error
CTRL_D = "\x04"
REPORTS = ("report.html", "requests.csv", "failures.csv")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A solution that serves."""
    with ServerProcess("solution", tmp_path_factory.mktemp("solution")) as running:
        yield running


def rows_of(table: Path) -> dict[str, dict[str, str]]:
    """The rows of one of Locust's tables, by their names."""
    with table.open(newline="") as file:
        return {row["Name"]: row for row in csv.DictReader(file)}


def test_an_old_python_can_read_it() -> None:
    ast.parse((FOLDER / SCRIPT).read_text(), feature_version=OLDEST_PYTHON)


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".venv").exists(), reason="the project has no .venv here")
def test_another_python_goes_on_as_the_projects_and_measures(
    server: ServerProcess, tmp_path: Path
) -> None:
    flags = ("--server", server.url, "--users", "3", "--rate", "20", "--seconds", "2")
    ended = command(*flags, "--out", str(tmp_path / "out"), python=OTHER_PYTHON)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.startswith(f"solution at {server.url}: 3 guests in 1 room")
    # then both rows count every message that the server stored, and took time
    rows = re.findall(r"(send to \w+) +│ +(\d+) │ +(\d+) │ +(\d+) │ +(\d+) │", ended.stdout)
    assert [row[0] for row in rows] == ["send to acknowledgement", "send to broadcast"]
    sent = int(server.metric("chat_messages_stored_total"))
    assert [(int(row[1]), int(row[2])) for row in rows] == [(sent, 0), (sent, 0)]
    assert int(rows[1][3]) > 10
    assert "undelivered: 0\n" in ended.stdout
    assert f"All {sent} greetings were delivered" in ended.stdout
    assert f"objective met: every greeting delivered ({sent} of {sent})" in ended.stdout
    assert ended.stderr == ""
    # and the last lines name Locust's reports, which agree
    paths = [tmp_path / "out" / name for name in REPORTS]
    assert ended.stdout.splitlines()[-3:] == [str(path) for path in paths]
    page, requests, failures = paths
    assert "send to broadcast" in page.read_text()
    assert rows_of(requests)["send to broadcast"]["Request Count"] == str(sent)
    assert rows_of(failures) == {}


@pytest.mark.slow
def test_a_missed_objective_is_exit_code_1_and_said_to_be_a_result(tmp_path: Path) -> None:
    # given a server that takes two messages and stores them after three seconds
    limits = ("--max-queue-messages", "2", "--flush-interval-ms", "3000")
    load = ("--users", "2", "--rate", "10", "--seconds", "2", "--objective-p95-ms", "100")
    with ServerProcess("solution", tmp_path / "server", *limits) as full:
        ended = command("--server", full.url, *load, "--out", str(tmp_path / "out"))
    # then both objectives are missed, the refused are failures, and a report is written
    assert ended.returncode == 1
    assert "queue_full" in ended.stdout
    assert "objective missed: every greeting delivered" in ended.stdout
    assert "objective missed: p95 of send to broadcast within 100 ms" in ended.stdout
    assert "a result and not a mistake" in ended.stdout
    table = (tmp_path / "out" / "failures.csv").read_text()
    assert "queue_full" in table


def test_without_an_installation_it_says_what_to_run(tmp_path: Path) -> None:
    shutil.copy(FOLDER / SCRIPT, tmp_path)
    ended = subprocess.run(
        [OTHER_PYTHON, "-I", "-S", SCRIPT], cwd=tmp_path, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr.endswith("run 'make install' first\n")
    assert ended.stderr.count("\n") == 1


@pytest.mark.slow
def test_where_nobody_gets_in_one_line_says_so_in_time_and_nothing_is_left(tmp_path: Path) -> None:
    def ended(address: str) -> tuple[int, str, float]:
        begin_s = time.monotonic()
        process = command("--server", address, "--out", str(tmp_path / "out"))
        assert process.stdout == ""
        return process.returncode, process.stderr, time.monotonic() - begin_s

    refusing = {**GOOD, LOG_IN: (503, None)}
    with small_server(refusing) as refused, silent_server() as silent:
        addresses = [unused_address(), "http://chat.invalid", silent, refused]
        with ThreadPoolExecutor(2) as together:
            nothing, nowhere, no_answer, no_login = together.map(ended, addresses)

    assert "no server answers at" in nothing[1]
    assert "chat.invalid" in nowhere[1]
    assert "GET /ready is not answered within 3 s" in no_answer[1]
    assert "POST /api/auth/login is answered with 503" in no_login[1]
    for code, said, after_s in (nothing, nowhere, no_answer, no_login):
        assert code == 1
        assert said.startswith("new_year_load_test: ")
        assert said.count("\n") == 1
        assert after_s < PROMISED_S
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_ctrl_c_while_a_server_does_not_answer_is_no_traceback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(END_S)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, SCRIPT, "--server", address],
            cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with silent.accept()[0], silent.accept()[0]:  # the first only sees whether we are here
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=END_S)
    assert said == ("", "\nnew_year_load_test: stopped before it began\n")
    assert process.returncode == 1


def test_a_folder_that_cannot_be_made_is_wrong_usage(server: ServerProcess, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = command("--server", server.url, "--out", str(tmp_path / "file" / "out"))
    assert ended.returncode == 2
    assert ended.stderr.startswith("new_year_load_test: cannot make the folder ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_person_is_asked_and_ctrl_c_keeps_what_was_measured(
    server: ServerProcess, tmp_path: Path
) -> None:
    # A copy of the project, as results go to its own folder unless told otherwise.
    for name in ("load_test", "observability"):
        shutil.copytree(ROOT / name, tmp_path / name)
    with Terminal(script=tmp_path / "load_test" / SCRIPT) as terminal:
        # given someone who first mistypes
        terminal.answer("Return for 1: ", "9")
        terminal.answer("'9' is not one of them\r\n1-4, or Return for 1: ", "4")
        terminal.answer("Its address, like http://127.0.0.1:4001: ", "nowhere")
        terminal.answer("4001\r\nIts address, like http://127.0.0.1:4001: ", server.url)
        terminal.answer("Return for 2: ", "1")
        # when they end the warm-up in its middle
        terminal.wait_for(r" of 10 s  sent \d+  delivered [1-9]")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(END_S) == 0
        terminal.wait_for(r"Ended after \d s. All \d+ greetings were delivered")
        terminal.wait_for(r"results/load-[\d-]+/report.html")
    # then the reports are there, and no guest of theirs is left
    assert {path.name for path in tmp_path.glob("results/load-*/*")} == set(REPORTS)
    wait_until(lambda: server.metric("chat_clients") == 0, "all guests leaving")


def test_leaving_the_menu_is_no_traceback() -> None:
    with Terminal() as terminal:
        terminal.answer("Return for 1: ", CTRL_D)
        assert terminal.process.wait(END_S) == 1
        terminal.wait_for("stopped before it began")
    assert "Traceback" not in terminal.shown
