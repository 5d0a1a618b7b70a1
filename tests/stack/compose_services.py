"""The services of docker-compose.yml, tried without an engine: they start, get well, and talk.

Not tried, for want of an engine: the images themselves, users, read-only folders, memory limits and
Docker's networks. Grafana is not tried where it is not installed.
"""

import graphlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests
from rich.console import Console

from observability.doctor.servers import SERVERS, Unwell, message_round_trip_s
from observability.jaeger_client import JaegerClient
from tests.stack.checks import REQUIRED, Check, untried
from tests.stack.compose_file import EVERYTHING, ComposeFailed, find_compose, resolve, wrong_choices
from tests.stack.compose_native import NativeService, Ports, Unhealthy
from tests.stack.prometheus import get

TITLE = "services of docker-compose.yml, as written"
ANSWER_S = 20.0
POLL_S = 0.2
INSTALL = "install Docker Compose, or name a docker-compose program in COMPOSE_CONFIG"


def check(console: Console) -> Check:
    """Start the services that this machine has the programs of; what it lacks is told."""
    compose = find_compose()
    if compose is None:
        return untried(TITLE, INSTALL)
    if wrong := wrong_choices(compose):
        return Check(TITLE, 0, wrong)
    try:
        project = resolve(compose, EVERYTHING)
    except ComposeFailed as error:
        return Check(TITLE, 0, [str(error)])
    with tempfile.TemporaryDirectory(prefix="compose-") as folder, ExitStack() as running:
        problems: list[str] = []
        services: dict[str, NativeService] = {}
        try:
            for service in _prepared(project, Path(folder), console, problems):
                for earlier in service.needs:
                    if earlier in services:
                        services[earlier].wait_until_healthy()
                console.print(f"starting {service.name} as docker-compose.yml says", style="dim")
                services[service.name] = running.enter_context(service)
            for service in services.values():
                service.wait_until_healthy()
            problems += conversations(services)
        except Unhealthy as error:
            problems.append(str(error))
        ends = [service.stop() for service in reversed(services.values())]
        return Check(TITLE, len(services), problems + [end for end in ends if end])


def conversations(services: Mapping[str, NativeService]) -> list[str]:
    """Whether they find each other: messages, traces, metrics, load, the notebook's token."""
    problems = []
    here = [name for name in SERVERS if name in services]
    for name in here:
        try:
            message_round_trip_s(services[name].url(SERVERS[name]))
        except (Unwell, requests.RequestException) as error:
            problems.append(f"{name}: {error}")
    for name, ask, wanted in (
        ("jaeger", _traced, set(here)),
        ("prometheus", _scraped, {*here, "prometheus", *({"jaeger", "locust"} & services.keys())}),
        ("locust", _workers, {"ready"}),
        ("notebook", _tokens, {"token"}),
    ):
        if name in services and not wanted <= (found := _told(ask, services[name], wanted)):
            problems.append(f"{name}: tells of {sorted(found)}, not of {sorted(wanted)}")
    return problems


def _told(
    ask: Callable[[NativeService], set[str]], service: NativeService, wanted: set[str]
) -> set[str]:
    """What a service tells once it tells of all that is wanted, or at the latest."""
    deadline_s = time.monotonic() + ANSWER_S
    while not wanted <= (found := ask(service)) and time.monotonic() < deadline_s:
        time.sleep(POLL_S)
    return found


def _prepared(
    project: Mapping[str, Any], folder: Path, console: Console, problems: list[str]
) -> Iterator[NativeService]:
    """The services that can run here, each after those that it depends on."""
    programs = {
        "jaeger": os.environ.get("JAEGER_BINARY") or shutil.which("jaeger"),
        "prometheus": shutil.which("prometheus"),
        "grafana": None,
    }
    order = {name: each.get("depends_on", {}) for name, each in project["services"].items()}
    ports = Ports()
    for name in graphlib.TopologicalSorter(order).static_order():
        program = programs.get(name)
        if name in programs and not program:
            found = _missing(console, name, f"no {name} is installed here")
            problems += [] if name == "grafana" else found
            continue
        yield NativeService(name, project, ports, folder, program)


def _missing(console: Console, what: str, why: str) -> list[str]:
    console.print(f"not tried: {what}: {why}", highlight=False)
    return [f"{what}: {why}"] if os.environ.get(REQUIRED) else []


def _traced(jaeger: NativeService) -> set[str]:
    with JaegerClient(jaeger.url(16686)) as client:
        return set(client.services())


def _scraped(prometheus: NativeService) -> set[str]:
    told = get(f"{prometheus.url(9090)}/api/v1/targets", ANSWER_S).json()
    targets = told["data"]["activeTargets"]
    return {target["labels"]["job"] for target in targets if target["health"] == "up"}


def _workers(locust: NativeService) -> set[str]:
    told = get(f"{locust.url(8089)}/stats/requests", ANSWER_S).json()
    return {worker["state"] for worker in told["workers"]}


def _tokens(notebook: NativeService) -> set[str]:
    listed = notebook.ask("jupyter", "server", "list")
    return {"token"} if "token=" in listed else set()
