"""A `docker` that tells what a test wants it to: the one thing that cannot be had everywhere.

It is started as the real one is, and answers in the words and forms of Docker 28.2 and Compose
2.40 (read from their sources; no engine ran where this was written). `scene.json` beside it says
what is there; a file `upped` is left by ``compose up``, after which other services are told of.
"""

import json
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(sys.argv[0]).parent
NO_ENGINE = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. "
    "Is the docker daemon running?"
)
NO_COMPOSE = "docker: unknown command: docker compose\n\nRun 'docker --help' for more information"


def fail(text: str, code: int = 1) -> NoReturn:
    """End as the real one does."""
    sys.stderr.write(text + "\n")
    sys.exit(code)


def wait_for_ctrl_c() -> NoReturn:
    """Take as long as nobody presses it, and then end without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    (HERE / "waits").touch()
    while True:
        signal.pause()


def answer(scene: dict[str, Any], arguments: list[str]) -> str:
    """What it writes on standard output."""
    if scene["waits_in"] in arguments:
        wait_for_ctrl_c()
    if arguments[0] == "compose":
        if not scene["compose"]:
            fail(NO_COMPOSE)
        return answer_compose(scene, [each for each in arguments[1:] if each != "--profile"])
    if not scene["engine"]:
        fail(NO_ENGINE)
    match arguments:
        case ["version", *_]:
            return str(scene["engine"])
        case ["info", *_]:
            return str(scene["memory"])
        case ["volume", "ls", *_]:
            return "\n".join(scene["volumes"])
        case ["volume", "inspect", *_, name]:
            return json.dumps(scene["volumes"][name])
        case ["ps", "--filter", published, *_]:
            return str(scene["published"].get(published.removeprefix("publish="), ""))
        case ["inspect", *_, container]:
            return "true 234881024" if container in scene["out_of_memory"] else "false 234881024"
    fail(f"unknown command: docker {arguments}")


def answer_compose(scene: dict[str, Any], arguments: list[str]) -> str:
    """The same for ``docker compose``; profiles are not looked at."""
    upped = HERE / "upped"
    match arguments:
        case ["version", *_]:
            return str(scene["compose"])
        case ["config", "--profiles"]:
            return "load\nattempt"
        case [*_, "config", "--format", "json"]:
            return json.dumps(scene["project"])
        case [*_, "ps", "--all", "--format", "json"]:
            rows = scene["services_after" if upped.exists() else "services_before"]
            return "\n".join(map(json.dumps, rows))
        case [*_, "exec", "--no-TTY", "notebook", "jupyter", "server", "list"]:
            return "Currently running servers:\nhttp://4f2a:8888/?token=c0ffee :: /workshop"
        case [*_, "logs", "--no-log-prefix", "--tail", _, _]:
            return "Traceback (most recent call last):\nNameError: name 'flsuh' is not defined"
    command = next(each for each in arguments if each in ("up", "down"))
    with (HERE / "calls").open("a") as calls:
        calls.write(" ".join(sys.argv[1:]) + "\n")
    if command == "up":
        upped.touch()
        sys.exit(scene["up_code"])
    sys.exit(0)


if __name__ == "__main__":
    told = answer(json.loads((HERE / "scene.json").read_text()), sys.argv[1:])
    if told:
        sys.stdout.write(told + "\n")
