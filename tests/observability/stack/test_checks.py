"""What could keep the stack from starting."""

import socket
from pathlib import Path

from observability.stack.checks import problems
from observability.stack.docker import Docker
from tests.observability.stack.conftest import MIB, Fake


def found(fake: Fake, *running: str) -> list[str]:
    fake.tell()
    return problems(Docker(Path.cwd()), fake.scene["project"], running)


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
    assert problem.startswith("the engine has 470 MB of memory, and 2 services may take 470 MB")


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
