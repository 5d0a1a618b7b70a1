"""How a service of docker-compose.yml becomes a process of this machine."""

from pathlib import Path
from typing import Any

import pytest

from tests.stack.compose_native import NativeService, Ports, Unhealthy, copied, listen_here

SLEEP = "import time; time.sleep(60)"


def a_service(**told: Any) -> dict[str, Any]:
    return {"command": ["python", "-c", SLEEP], "stop_grace_period": "10s", **told}


def a_project(**told: Any) -> dict[str, Any]:
    return {"services": {"redis": a_service(**told), "jaeger": a_service()}}


def test_addresses_are_those_of_this_machine() -> None:
    ports = Ports()
    ports["jaeger", 14268] = 1
    ports["redis", 80] = 2
    names = ["jaeger", "redis"]

    def here(text: str) -> str:
        return ports.localised(text, "redis", names)

    assert here("http://jaeger:14268/api") == "http://127.0.0.1:1/api"
    assert here("http://127.0.0.1:80/ready") == here("http://localhost:80/ready")
    assert here("0.0.0.0:80") == "127.0.0.1:2"
    assert here("--ip=0.0.0.0") == "--ip=127.0.0.1"
    assert here("elsewhere:80") == "elsewhere:80"


def test_ports_are_free_ones_and_stay_the_same() -> None:
    ports = Ports()
    first, second = ports["redis", 80], ports["redis", 81]
    assert first != second
    assert ports["redis", 80] == first


def test_locust_finds_its_master(tmp_path: Path) -> None:
    command = ["python", "-m", "redis", "--master-host", "redis"]
    project = a_project(command=command)
    service = NativeService("redis", project, Ports(), tmp_path, None)
    assert service.command == ["python", "-m", "redis", "--master-host", "127.0.0.1"]

    ports = Ports()
    master, _ = listen_here("locust", ports)
    worker, _ = listen_here("locust-worker", ports)
    assert master[-1] == worker[-1] == str(ports["locust", 5557])


def test_a_server_is_told_its_port_by_its_environment() -> None:
    ports = Ports()
    assert listen_here("solution", ports) == ([], {"CHAT_PORT": str(ports["solution", 4002])})


def test_an_image_has_what_the_dockerfile_copies() -> None:
    assert copied("server") == ["observability", "challenge", "solution"]
    assert copied("dev") == []


def test_folders_are_copies(tmp_path: Path) -> None:
    # given a mounted folder with settings, and a volume
    source = tmp_path / "settings"
    source.mkdir()
    (source / "it.yml").write_text("ask: jaeger:14268")
    mounts = [
        {"type": "bind", "source": str(source), "target": "/etc/it"},
        {"type": "volume", "source": "data", "target": "/data"},
    ]
    command = ["python", "-c", SLEEP, "--file=/etc/it/it.yml", "--data", "/data", "/database"]
    project = a_project(command=command, volumes=mounts, environment={"HOME": "/tmp", "NOT": None})
    ports = Ports()
    # when
    service = NativeService("redis", project, ports, tmp_path / "here", None)
    # then
    mine = tmp_path / "here/redis"
    assert service.command[3:] == [
        f"--file={mine}/it/it.yml",
        "--data",
        f"{mine}/data",
        "/database",
    ]
    assert service.environment["HOME"] == f"{mine}/tmp"
    assert "NOT" not in service.environment
    assert (mine / "it/it.yml").read_text() == f"ask: 127.0.0.1:{ports['jaeger', 14268]}"
    assert (source / "it.yml").read_text() == "ask: jaeger:14268"


def test_it_runs_gets_well_and_ends(tmp_path: Path) -> None:
    health = {"test": ["CMD", "python", "-c", "pass"]}
    project = a_project(healthcheck=health)
    with NativeService("redis", project, Ports(), tmp_path, None) as service:
        service.wait_until_healthy()
        assert service.ask("python", "-c", "print(1)") == "1\n"
        assert service.stop() is None


def test_one_that_ends_says_why(tmp_path: Path) -> None:
    project = a_project(command=["python", "-c", "raise SystemExit('no such host')"])
    with (
        NativeService("redis", project, Ports(), tmp_path, None) as service,
        pytest.raises(Unhealthy, match="redis: it ended with code 1\n  no such host"),
    ):
        service._process.wait()
        service.wait_until_healthy()


def test_one_that_is_never_well_says_what_its_check_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.stack.compose_native.HEALTH_S", 0.3)
    health = {"test": ["CMD", "python", "-c", "raise SystemExit('503')"]}
    project = a_project(healthcheck=health)
    with (
        NativeService("redis", project, Ports(), tmp_path, None) as service,
        pytest.raises(Unhealthy, match="redis: its health check says '503'"),
    ):
        service.wait_until_healthy()
