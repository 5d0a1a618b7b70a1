"""`make up`, `make down`: what people are told, with an engine that is well and with others."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from observability.stack.command import main
from tests.behaviour.servers import ROOT
from tests.conftest import wait_until
from tests.observability.stack.conftest import Fake, container


def told(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 1) -> str:
    """What the command says, all of it; fails if it ends with another code."""
    ended = main(arguments)
    out, err = capfd.readouterr()
    assert ended == code, out + err
    return out + err


def test_it_starts_everything_and_shows_where(
    fake: Fake, capfd: pytest.CaptureFixture[str]
) -> None:
    text = told(capfd, "up", "--profile", "attempt", code=0)

    assert "challenge" in text
    assert "http://localhost:1 " in text
    up = "compose --profile attempt up --detach --wait --wait-timeout 300 --build"
    assert fake.calls == [up]


def test_it_starts_as_many_workers_as_asked(fake: Fake, capfd: pytest.CaptureFixture[str]) -> None:
    assert "--workers needs the profile load" in told(capfd, "up", "--workers", "4")

    fake.scene["project"]["services"]["locust-worker"] = {}
    fake.tell()
    told(capfd, "up", "--profile", "load", "--workers", "4", code=0)
    assert fake.calls[-1].endswith("--build --scale locust-worker=4")


def test_a_notebook_comes_with_its_token(fake: Fake, capfd: pytest.CaptureFixture[str]) -> None:
    fake.tell(services_before=[container("notebook")])
    assert "http://localhost:1/lab?token=c0ffee" in told(capfd, "status", code=0)


def test_it_ends_everything_whatever_its_profile(
    fake: Fake, capfd: pytest.CaptureFixture[str]
) -> None:
    told(capfd, "down", code=0)
    told(capfd, "down", "--volumes", code=0)
    assert fake.calls == [
        "compose --profile * down --remove-orphans",
        "compose --profile * down --remove-orphans --volumes",
    ]


def test_nothing_runs(fake: Fake, capfd: pytest.CaptureFixture[str]) -> None:
    assert "Nothing runs. make up starts it." in told(capfd, "status")


@pytest.mark.parametrize(
    ("engine", "compose", "expected"),
    [
        (None, "2.40.3", "its engine does not answer: Cannot connect to the Docker daemon"),
        ("28.2.2", None, "install its plugin docker-compose-plugin, 2.24 or newer"),
        ("24.0.7", "2.40.3", "Docker engine 24.0.7 is too old: 25.0 or newer is needed"),
        ("28.2.2", "v2.3.3", "Docker Compose v2.3.3 is too old: 2.24 or newer is needed"),
    ],
)
def test_where_no_engine_can_do_it_the_other_way_is_told(
    fake: Fake,
    capfd: pytest.CaptureFixture[str],
    engine: str | None,
    compose: str | None,
    expected: str,
) -> None:
    fake.tell(engine=engine, compose=compose)
    text = told(capfd, "up")
    assert expected in text
    assert "make traces" in text
    assert fake.calls == []


@pytest.mark.slow
def test_a_compose_that_somebody_built_has_no_number(
    fake: Fake, capfd: pytest.CaptureFixture[str]
) -> None:
    fake.tell(compose="dev")
    told(capfd, "up", code=0)


def test_only_the_first_compose_is_said_to_be_so(
    fake: Fake, capfd: pytest.CaptureFixture[str]
) -> None:
    fake.tell(compose=None)
    old = fake.folder / "docker-compose"
    old.write_text("#!/bin/sh\n")
    old.chmod(0o755)
    assert "only the old command docker-compose: install its plugin" in told(capfd, "up")


def test_no_docker_at_all(
    fake: Fake, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(fake.folder / "attempt"))
    text = told(capfd, "up")
    assert text.startswith("stack: Docker is not installed\n")
    assert "make challenge" in text


def test_nothing_is_started_while_something_is_in_the_way(
    fake: Fake, capfd: pytest.CaptureFixture[str]
) -> None:
    # given a port that is taken, and no attempt
    (fake.folder / "attempt").rmdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        fake.scene["project"]["services"]["challenge"]["ports"] = [{"published": str(port)}]
        fake.tell()
        # when
        text = told(capfd, "up")
    # then both are told, and nothing was started
    assert "needs the folder attempt/, which is not there: make attempt copies" in text
    assert f"port {port}, for challenge, is taken by " in text
    assert fake.calls == []


@pytest.mark.parametrize(
    ("broken", "out_of_memory", "expected"),
    [
        (
            {"state": "exited", "ExitCode": 137, "Health": ""},
            True,
            "attempt: took more than the 235 MB of memory that it may, and was ended",
        ),
        (
            {"state": "exited", "ExitCode": 137, "Health": ""},
            False,
            "attempt: was killed, most often because the machine has no memory left",
        ),
        (
            {"state": "exited", "ExitCode": 1, "Health": ""},
            False,
            "attempt: ended with exit code 1; its last lines:\n  Traceback (most recent call last)",
        ),
        ({"Health": "unhealthy"}, False, "attempt: runs, but is unhealthy"),
        ({"state": "created", "Health": ""}, False, "attempt: waits for another one"),
    ],
)
def test_a_service_that_does_not_work_is_told_with_its_reason(
    fake: Fake,
    capfd: pytest.CaptureFixture[str],
    broken: dict[str, object],
    out_of_memory: bool,
    expected: str,
) -> None:
    fake.tell(
        services_after=[container("challenge"), container("attempt", **broken)],  # type: ignore[arg-type]
        out_of_memory=["attempt-id"] if out_of_memory else [],
        up_code=1,
    )
    assert expected in told(capfd, "up")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["up", "--profile", "everything"],
            "there is no profile everything; there is attempt, load",
        ),
        (["up", "--workers", "many"], "it must be a number from 1 to 100, not 'many'"),
        (["start"], "invalid choice: 'start'"),
        ([], "the following arguments are required"),
    ],
)
def test_wrong_usage(
    fake: Fake, capfd: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert expected in capfd.readouterr().err
    assert fake.calls == []


@pytest.mark.parametrize("ran_before", [False, True])
def test_ctrl_c_takes_away_what_was_started(fake: Fake, ran_before: bool) -> None:
    before = [container("challenge")] if ran_before else []
    text = told_at_ctrl_c(fake, "up", waits_in="up", services_before=before)
    left = "make down ends what runs" if ran_before else "what was started goes away"
    assert text == f"stack: interrupted; {left}\n"
    ended = ["compose --profile * down --remove-orphans"] if not ran_before else []
    assert fake.calls == ended


@pytest.mark.parametrize(("command", "waits_in"), [("up", "info"), ("down", "down")])
def test_ctrl_c_anywhere_else_is_told_in_a_line(fake: Fake, command: str, waits_in: str) -> None:
    text = told_at_ctrl_c(fake, command, waits_in=waits_in)
    assert text == "stack: interrupted; make down ends what runs\n"


def told_at_ctrl_c(fake: Fake, command: str, **scene: object) -> str:
    """What the command says when Ctrl-C is pressed while the engine takes its time."""
    fake.tell(**scene)
    start = [sys.executable, "-m", "observability.stack", command]
    with subprocess.Popen(start, cwd=ROOT, stderr=-1, text=True, start_new_session=True) as ours:
        wait_until(lambda: (fake.folder / "waits").exists(), "docker")
        os.killpg(ours.pid, signal.SIGINT)  # as a terminal does it
        _, text = ours.communicate()
    assert ours.returncode == 1
    return text
