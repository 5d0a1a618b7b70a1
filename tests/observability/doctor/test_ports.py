"""Ports that are free, and those that are taken, and by whom."""

import socket
import subprocess
import sys

import psutil
import pytest

from observability.doctor import ports
from observability.doctor.finding import Level
from tests.behaviour.servers import wait_until

LISTEN = (
    "import socket, sys; s = socket.create_server(('127.0.0.1', 0));"
    "print(s.getsockname()[1], flush=True); sys.stdin.read()"
)


def test_a_free_port_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setitem(ports.PORTS, port, ("somebody", "elsewhere"))
    finding = ports.check_port(port)
    assert (finding.level, finding.found) == (Level.OK, "free")


@pytest.mark.parametrize(("name", "level"), [("nginx", Level.WARNING), ("challenge", Level.OK)])
def test_a_taken_port_has_a_holder(
    monkeypatch: pytest.MonkeyPatch, name: str, level: Level
) -> None:
    command = [sys.executable, "-c", LISTEN, name]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        monkeypatch.setitem(ports.PORTS, port, ("somebody", "python -m it --port 0"))
        monkeypatch.setattr(ports, "SHOWN_CHARACTERS", 10_000)
        wait_until(lambda: ports.check_port(port).found != "free", "the port taken")
        finding = ports.check_port(port)
        process.communicate("")
    assert finding.level is level
    assert f"process {process.pid}" in finding.found
    assert name in finding.found
    assert ("python -m it --port 0" in finding.advice) is (level is Level.WARNING)


def test_a_holder_that_the_system_does_not_tell_is_said_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def denied(kind: str) -> list[object]:
        raise psutil.AccessDenied()

    monkeypatch.setattr(psutil, "net_connections", denied)
    assert "sudo lsof -i :4001" in ports.holder_of(4001)
