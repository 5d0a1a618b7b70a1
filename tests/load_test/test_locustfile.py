"""The locustfile, as people run it: Locust as a process against a real server."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.behaviour.servers import ROOT, ServerProcess, wait_until

ACKNOWLEDGED, BROADCAST = "send to acknowledgement", "send to broadcast"
ON_THE_WAY_IN = {"sign up", "log in", "make room", "join room"}
END_S = 15


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A solution that serves."""
    with ServerProcess("solution", tmp_path_factory.mktemp("solution")) as running:
        yield running


@contextmanager
def locust(log: Path, folder: Path, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    """Locust in a folder, logging to a file; it is gone at the end."""
    command = [sys.executable, "-m", "locust", *flags]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=folder, env=environ,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def headless(server: ServerProcess, *flags: str) -> list[str]:
    """The flags of a run without a web page, whose three users greet often."""
    target = ["-f", "load_test/locustfile.py", "--host", server.url]
    return [*target, "--headless", "--users", "3", "--spawn-rate", "10", "--pause", "0.1", *flags]


def test_it_reports_real_times_and_none_of_zero(server: ServerProcess, tmp_path: Path) -> None:
    result = tmp_path / "result"
    flags = headless(server, "--rooms", "2", "--json-file", str(result))
    with locust(tmp_path / "log", ROOT, *flags) as process:
        wait_until(lambda: server.metric("chat_messages_stored_total") >= 30, "thirty greetings")
        process.terminate()
        assert process.wait(END_S) == 0, (tmp_path / "log").read_text()

    rows: dict[str, Any] = {
        row["name"]: row for row in json.loads(result.with_suffix(".json").read_text())
    }
    assert set(rows) == ON_THE_WAY_IN | {ACKNOWLEDGED, BROADCAST}
    assert all(row["num_failures"] == 0 for row in rows.values())
    assert [rows[name]["num_requests"] for name in ("sign up", "make room", "join room")] == [
        3,
        2,
        1,
    ]
    # then every greeting is in both rows, and took the time that the solution's batches take
    stored = server.metric("chat_messages_stored_total")
    assert rows[ACKNOWLEDGED]["num_requests"] == rows[BROADCAST]["num_requests"] == stored
    assert rows[BROADCAST]["total_response_time"] / stored > 10
    assert 0 < rows[ACKNOWLEDGED]["min_response_time"] < rows[BROADCAST]["total_response_time"]


@pytest.mark.slow
def test_refused_and_undelivered_greetings_are_failures_by_their_cause(tmp_path: Path) -> None:
    log = tmp_path / "log"
    # given a server that takes five messages and does not store them for a minute
    limits = ("--max-queue-messages", "5", "--flush-interval-ms", "60000")
    with (
        ServerProcess("solution", tmp_path / "server", *limits) as full,
        locust(log, ROOT, *headless(full)) as process,
    ):
        refused = 'chat_messages_refused_total{reason="queue_full"}'
        wait_until(lambda: full.metric(refused) >= 10, "greetings refused")
        # when it is killed with what waits in its memory
        full.process.kill()
        full.process.wait()
        process.terminate()
        process.wait(END_S)
    # then both have a line of their own in the report, with what was under way just then
    report = log.read_text().rpartition("Error report")[2]
    lines = [line.split(maxsplit=1) for line in report.splitlines() if "send to" in line]
    failures = {what.strip(): int(count) for count, what in lines}
    assert failures[f"WS {ACKNOWLEDGED}: queue_full"] >= 5
    assert failures[f"WS {BROADCAST}: undelivered when the user stopped"] >= 5


@pytest.mark.slow
def test_the_web_form_sets_rooms_and_pause(server: ServerProcess, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    page = f"http://127.0.0.1:{port}"
    flags = ("--host", server.url, "--web-host", "127.0.0.1", "--web-port", str(port))
    # given Locust started in its own folder
    with locust(tmp_path / "log", ROOT / "load_test", *flags):
        wait_until(lambda: _answers(page), "the web page")
        assert "chat rooms that the users are spread over" in requests.get(page, timeout=5).text
        # when a run is started with other rooms and pauses than by default
        form = {"user_count": "3", "spawn_rate": "10", "rooms": "3", "pause": "0.05"}
        started = requests.post(f"{page}/swarm", data=form, timeout=5)
        assert started.json()["success"], started.text
        # then each user makes a room of their own, and greets often
        wait_until(lambda: _counts(page).get(BROADCAST, 0) >= 20, "twenty greetings")
        assert _counts(page)["make room"] == 3


@pytest.mark.parametrize("flag", [("--rooms", "0"), ("--pause", "soon")])
def test_a_wrong_argument_is_refused(flag: tuple[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    with locust(log, ROOT, "-f", "load_test/locustfile.py", "--headless", *flag) as process:
        assert process.wait(END_S) == 2
    assert f"argument {flag[0]}: '{flag[1]}' is not" in log.read_text()


def _answers(page: str) -> bool:
    try:
        return requests.get(page, timeout=5).ok
    except requests.ConnectionError:
        return False


def _counts(page: str) -> dict[str, int]:
    rows = requests.get(f"{page}/stats/requests", timeout=5).json()["stats"]
    return {row["name"]: row["num_requests"] for row in rows}
