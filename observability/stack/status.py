"""The services as they are: running or not, where to open them, and why one does not work."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from observability.stack.docker import ALL_PROFILES, Docker, DockerError

KILLED = 137  # 128 + SIGKILL, which is what the system sends when there is no memory left
LAST_LINES = 5
MEGABYTE = 1_000_000
WHAT_IT_IS = {
    "challenge": "the slow server: chat",
    "solution": "the answer: chat",
    "attempt": "your copy: chat",
    "jaeger": "traces",
    "prometheus": "metrics and alerts",
    "grafana": "dashboards",
    "locust": "load: start it here",
    "locust-worker": "makes the load",
    "notebook": "notebooks",
}


@dataclass(frozen=True)
class Service:
    """A container of the stack, as `docker compose ps` tells of it."""

    name: str
    container: str
    state: str  # running, exited, restarting, created ...
    health: str  # healthy, unhealthy, starting, or empty where nobody asks
    exit_code: int
    ports: tuple[int, ...]

    @property
    def works(self) -> bool:
        """Whether it runs, and says that it is well if it is asked."""
        return self.state == "running" and self.health in ("healthy", "")


def read_services(docker: Docker) -> list[Service]:
    """All containers of the stack, stopped ones too, in the order of their names."""
    told = docker.ask(*docker.compose(ALL_PROFILES, "ps", "--all", "--format", "json"))
    services = (_service(json.loads(line)) for line in told.splitlines())
    return sorted(services, key=lambda each: each.name)


def show(docker: Docker, services: Sequence[Service], console: Console) -> None:
    """The table, and below it what is wrong with those that do not work."""
    table = Table("service", "state", "address", "what it is", box=box.SIMPLE)
    for service in services:
        style = "green" if service.works else "bold red"
        state = service.health or service.state if service.works else _wrong_state(service)
        what = WHAT_IT_IS.get(service.name, "")
        table.add_row(service.name, f"[{style}]{state}[/]", address(docker, service), what)
    console.print(table)
    for service in services:
        if not service.works:
            reason = f"{service.name}: {why(docker, service)}"
            console.print(reason, markup=False, highlight=False, soft_wrap=True)


def address(docker: Docker, service: Service) -> str:
    """Where a browser finds it, or an empty text; for a notebook with the token it made up."""
    if not service.ports or not service.works:
        return ""
    base = f"http://localhost:{service.ports[0]}"
    if service.name != "notebook":
        return base
    try:
        listed = docker.ask("compose", "exec", "--no-TTY", "notebook", "jupyter", "server", "list")
    except DockerError:
        listed = ""
    token = re.search(r"token=(\w+)", listed)
    return f"{base}/lab?token={token[1]}" if token else base


def why(docker: Docker, service: Service) -> str:
    """What is wrong with a service that does not work, and what to do."""
    logs = f"docker compose logs {service.name} says more"
    if service.state == "created":
        return "waits for another one, which is not ready"
    if service.state == "running":
        return f"runs, but is {service.health}; {logs}"
    inspected = docker.ask(
        "inspect", "--format", "{{.State.OOMKilled}} {{.HostConfig.Memory}}", service.container
    ).split()
    if inspected[0] == "true":
        limit = int(inspected[1]) / MEGABYTE
        return (
            f"took more than the {limit:,.0f} MB of memory that it may, and was ended: "
            "raise its mem_limit in docker-compose.yml, or put less load on it"
        )
    if service.exit_code == KILLED:
        return f"was killed, most often because the machine has no memory left: free some; {logs}"
    tail = ("--no-log-prefix", "--tail", str(LAST_LINES))
    last = docker.ask("compose", "logs", *tail, service.name)
    told = "".join(f"\n  {line}" for line in last.splitlines())
    return f"ended with exit code {service.exit_code}; its last lines:{told}"


def _wrong_state(service: Service) -> str:
    if service.state == "running":
        return service.health
    return f"{service.state} ({service.exit_code})" if service.exit_code else service.state


def _service(told: dict[str, Any]) -> Service:
    published = (port["PublishedPort"] for port in told.get("Publishers") or ())
    return Service(
        name=told["Service"],
        container=told["ID"],
        state=told["State"],
        health=told["Health"],
        exit_code=told["ExitCode"],
        ports=tuple(dict.fromkeys(port for port in published if port)),
    )
