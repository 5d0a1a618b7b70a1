"""A message goes through each server that runs; one that does not run is no problem."""

from pathlib import Path

import pytest

from observability.doctor import servers
from observability.doctor.finding import Level
from observability.doctor.servers import check_server
from tests.behaviour.servers import ServerProcess
from tests.conftest import Collector


def test_a_server_that_does_not_run_is_no_problem() -> None:
    finding = check_server("challenge", "http://127.0.0.1:1")
    assert finding.level is Level.OK
    assert "make challenge" in finding.found


def test_a_message_comes_back_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ServerProcess("solution", tmp_path) as server:
        for _ in range(2):
            finding = check_server("solution", server.url)
            assert finding.level is Level.OK, finding
            assert "a message came back after" in finding.found
        assert server.metric("chat_messages_stored_total") == 2
        monkeypatch.setattr(servers, "SLOW_S", 0.0)
        assert check_server("solution", server.url).level is Level.WARNING


def test_something_else_on_the_port_is_a_problem(collector: Collector) -> None:
    finding = check_server("solution", collector.url)
    assert finding.level is Level.PROBLEM
    assert collector.url in finding.found
