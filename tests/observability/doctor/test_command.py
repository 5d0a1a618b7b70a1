"""The command: a line for each thing, and an exit code."""

import os
import re
import subprocess
import sys

import pytest

from tests.behaviour.servers import ROOT


@pytest.mark.parametrize(("exporter", "code"), [("none", 0), ("zipkin", 1)])
def test_it_says_what_it_found_and_fails_on_a_problem(exporter: str, code: int) -> None:
    # The others look at the ports and servers of whoever runs this.
    command = [sys.executable, "-m", "observability.doctor", "machine", "traces"]
    environ = {**os.environ, "OTEL_TRACES_EXPORTER": exporter}
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("ok       Python: 3.1")
    assert any(" traces: " in line for line in lines)
    assert re.fullmatch(r"\d things looked at: \d problems, \d warnings", lines[-1])
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert ended.stderr == ""


def test_a_group_that_is_none_is_told_those_there_are() -> None:
    command = [sys.executable, "-m", "observability.doctor", "disk"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "there is no group disk; there is machine, ports, traces, servers" in ended.stderr
