"""Start, look at or end the whole stack of docker-compose.yml: servers, Jaeger, dashboards, load.

Exit codes: 0 everything works, 1 it does not, and a line says why, 2 wrong usage.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from observability.stack.checks import problems
from observability.stack.docker import ALL_PROFILES, Docker, DockerError, NoEngine
from observability.stack.status import read_services, show

PROGRAM = "python -m observability.stack"
PROJECT = Path(__file__).parents[2]
START_S = 300  # on a slow machine; what is broken says so sooner
WITHOUT_DOCKER = """\
The workshop runs without it, each line in a terminal of its own:
  make traces      traces, in place of Jaeger, at http://127.0.0.1:16686
  make challenge   the slow server, at http://127.0.0.1:4001
  make solution    the answer, at http://127.0.0.1:4002
  make load        load, at http://127.0.0.1:8089
  make notebook    charts from the traces
Prometheus and Grafana have no stand-in; what they draw is at http://127.0.0.1:4001/metrics."""


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage in front of it."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (--help tells more)\n")


def main(given: Sequence[str] | None = None) -> int:
    """Do what was asked. Returns the exit code."""
    parser = _parser()
    arguments = parser.parse_args(given)
    docker = Docker(PROJECT)
    console = Console()
    try:
        docker.check()
        if arguments.command == "down":
            return _down(docker, arguments.volumes)
        if arguments.command == "status":
            return _status(docker, console)
        profiles = arguments.profile
        known = docker.profiles()
        if unknown := [name for name in profiles if name not in known]:
            parser.error(f"there is no profile {unknown[0]}; there is {', '.join(sorted(known))}")
        return _up(docker, profiles, arguments.workers, console)
    except NoEngine as error:
        sys.stderr.write(f"stack: {error}\n{WITHOUT_DOCKER}\n")
    except DockerError as error:
        sys.stderr.write(f"stack: {error}\n")
    except KeyboardInterrupt:
        sys.stderr.write("stack: interrupted; make down ends what runs\n")
    return 1


def _up(docker: Docker, profiles: Sequence[str], workers: int | None, console: Console) -> int:
    """Check, build, start and wait; Ctrl-C takes away what was started, if nothing ran before."""
    ran_before = [each.name for each in read_services(docker) if each.state == "running"]
    project = docker.project(profiles)
    if workers is not None and "locust-worker" not in project["services"]:
        raise DockerError("--workers needs the profile load: --profile load")
    if found := problems(docker, project, ran_before, {"locust-worker": workers or 1}):
        sys.stderr.write("".join(f"stack: {problem}\n" for problem in found))
        return 1
    wait = ("--detach", "--wait", "--wait-timeout", str(START_S), "--build")
    scale = ("--scale", f"locust-worker={workers}") if workers is not None else ()
    try:
        code = docker.run(docker.compose(profiles, "up", *wait, *scale))
    except KeyboardInterrupt:
        if ran_before:
            raise
        sys.stderr.write("stack: interrupted; what was started goes away\n")
        _down(docker, volumes=False)
        return 1
    return max(min(code, 1), _status(docker, console))


def _down(docker: Docker, volumes: bool) -> int:
    """Stop and remove all containers; what was stored stays unless `volumes`."""
    flags = ("--remove-orphans", *(["--volumes"] if volumes else []))
    return min(docker.run(docker.compose(ALL_PROFILES, "down", *flags)), 1)


def _status(docker: Docker, console: Console) -> int:
    services = read_services(docker)
    if not services:
        console.print("Nothing runs. make up starts it.")
        return 1
    show(docker, services, console)
    return 0 if all(service.works for service in services) else 1


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog=PROGRAM, description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="up|down|status")
    up = commands.add_parser("up", help="check, build, start, and wait until all is ready")
    up.add_argument(
        "--profile", action="append", default=[], metavar="NAME",
        help="start more than the core: attempt, load, notebook or all; may be given again",
    )  # fmt: skip
    up.add_argument("--workers", type=_workers, metavar="N", help="of Locust, with --profile load")
    down = commands.add_parser("down", help="stop and remove everything that up started")
    down.add_argument("--volumes", action="store_true", help="what was stored, too")
    commands.add_parser("status", help="what runs, and where")
    return parser


def _workers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"it must be a number from 1 to 100, not {text!r}")
    return int(text)
