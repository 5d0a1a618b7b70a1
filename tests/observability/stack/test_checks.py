"""What could keep the stack from starting."""

import socket
import subprocess
from pathlib import Path

import pytest

from observability.stack.checks import problems
from observability.stack.docker import Docker
from tests.observability.stack.conftest import MIB, Fake


def found(fake: Fake, *running: str) -> list[str]:
    fake.tell()
    return problems(Docker(Path.cwd()), fake.scene["project"], running, {"attempt": 1})


def test_nothing_is_in_the_way(fake: Fake) -> None:
    assert found(fake) == []


def test_a_port_that_a_container_has_names_the_container(fake: Fake) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        fake.scene["project"]["services"]["challenge"]["ports"] = [{"published": port}]
        fake.scene["published"] = {port: "somebody-else-1"}
        expected = f"port {port}, for challenge, is taken by the container somebody-else-1"
        assert found(fake) == [f"{expected}: end that first"]
        # a service that runs has its port already
        assert found(fake, "challenge") == []


def test_an_engine_with_less_memory_than_the_services_may_take(fake: Fake) -> None:
    fake.scene["memory"] = 448 * MIB
    assert found(fake) == []
    fake.scene["memory"] -= 1
    (problem,) = found(fake)
    assert problem.startswith("the engine has 470 MB of memory, and 2 containers may take 470 MB")


def test_every_worker_takes_its_memory(fake: Fake) -> None:
    fake.scene["memory"] = 3 * 224 * MIB
    fake.tell()
    docker, project = Docker(Path.cwd()), fake.scene["project"]
    assert problems(docker, project, [], {"attempt": 2}) == []
    (problem,) = problems(docker, project, [], {"attempt": 3})
    assert "and 4 containers may take 940 MB" in problem


@pytest.mark.parametrize(("name", "mode"), [("app.py", 0o600), ("page", 0o700), ("page", 0o704)])
def test_a_folder_that_containers_may_not_read(fake: Fake, name: str, mode: int) -> None:
    # given what a clone under umask 077 leaves
    attempt = fake.folder / "attempt"
    (attempt / "app.py").touch()
    (attempt / "page").mkdir()
    (attempt / name).chmod(mode)
    # then the way out is told, and leads out
    way_out = f"chmod -R go+rX {attempt}"
    assert found(fake) == [f"only you may read what attempt must read: {way_out}"]
    subprocess.run(way_out.split(), check=True)
    assert found(fake) == []


def test_a_volume_of_another_version(fake: Fake) -> None:
    fake.scene["volumes"]["new-years-eve_challenge"] = {"new-years-eve.layout": "0"}
    (problem,) = found(fake)
    assert "new-years-eve_challenge is of layout 0, and this version needs 1" in problem
    assert "make down FLAGS=--volumes" in problem

    fake.scene["volumes"]["new-years-eve_challenge"] = None
    (problem,) = found(fake)
    assert "is of layout unknown" in problem

    del fake.scene["volumes"]["new-years-eve_challenge"]
    assert found(fake) == []
