"""What could keep the stack from starting, found before anything is built or started."""

import json
import shlex
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from observability.doctor.ports import holder_of, is_free
from observability.stack.docker import Docker

LAYOUT = "new-years-eve.layout"  # a label of our volumes
MEGABYTE = 1_000_000
MAY_READ, MAY_ENTER = 0o004, 0o001  # bits of a file's mode, for other users than its owner

Project = dict[str, Any]  # docker-compose.yml, resolved


def problems(
    docker: Docker,
    project: Project,
    running: Collection[str],
    containers: Mapping[str, int],
) -> list[str]:
    """A sentence for each thing in the way.

    `running` services have their ports already; `containers` are how many there will be of a
    service, if more than one.
    """
    starting = {name: each for name, each in project["services"].items() if name not in running}
    return [
        *missing_folders(starting),
        *locked_folders(starting),
        *taken_ports(docker, starting),
        *too_little_memory(docker, project["services"], containers),
        *old_volumes(docker, project.get("volumes") or {}),
    ]


def missing_folders(services: Project) -> list[str]:
    """Folders of this machine that a service should see and that are not there."""
    missing = {path: name for path, name in _mounted(services) if not path.exists()}
    return [
        f"{name} needs the folder {path.name}/, which is not there"
        + (": make attempt copies challenge/ to it" if path.name == "attempt" else "")
        for path, name in missing.items()
    ]


def locked_folders(services: Project) -> list[str]:
    """Folders of this machine that only you may read: the services run as other users."""
    locked = {path: name for path, name in _mounted(services) if not _others_may_read(path)}
    if not locked:
        return []
    names = " and ".join(dict.fromkeys(locked.values()))
    paths = shlex.join(map(str, locked))
    return [f"only you may read what {names} must read: chmod -R go+rX {paths}"]


def taken_ports(docker: Docker, services: Project) -> list[str]:
    """Ports of this machine that somebody listens on."""
    wanted = {
        int(port["published"]): name
        for name, service in services.items()
        for port in service.get("ports", ())
    }
    return [
        f"port {port}, for {name}, is taken by {_holder(docker, port)}: end that first"
        for port, name in wanted.items()
        if not is_free(port)
    ]


def too_little_memory(
    docker: Docker, services: Project, containers: Mapping[str, int]
) -> list[str]:
    """Whether all containers may take more together than the engine has."""
    limits = [
        int(service.get("mem_limit", 0))
        for name, service in services.items()
        for _ in range(containers.get(name, 1))
    ]
    needed = sum(limits)
    has = int(docker.ask("info", "--format", "{{.MemTotal}}"))
    if has >= needed:
        return []
    return [
        f"the engine has {has / MEGABYTE:,.0f} MB of memory, and {len(limits)} containers may take "
        f"{needed / MEGABYTE:,.0f} MB: give it more (Docker Desktop: Settings, Resources), or "
        "start fewer profiles or workers"
    ]


def old_volumes(docker: Docker, volumes: Project) -> list[str]:
    """Volumes that another version of the workshop left, and that this one cannot read."""
    wanted = {each["name"]: (each.get("labels") or {}).get(LAYOUT) for each in volumes.values()}
    existing = wanted.keys() & set(docker.ask("volume", "ls", "--quiet").split())
    found = []
    for name in sorted(existing):
        labels = json.loads(docker.ask("volume", "inspect", "--format", "{{json .Labels}}", name))
        layout = (labels or {}).get(LAYOUT)
        if layout != wanted[name]:
            found.append(
                f"the volume {name} is of layout {layout or 'unknown'}, and this version needs "
                f"{wanted[name]}: make down FLAGS=--volumes drops all that was stored"
            )
    return found


def _mounted(services: Project) -> Iterator[tuple[Path, str]]:
    """The folders of this machine that services see, each with its service."""
    for name, service in services.items():
        for mount in service.get("volumes", ()):
            if mount["type"] == "bind":
                yield Path(mount["source"]), name


def _others_may_read(folder: Path) -> bool:
    """Whether everybody may read a folder with all that is in it, as far as it exists."""
    for path in (folder, *folder.rglob("*")) if folder.exists() else ():
        needed = MAY_READ | MAY_ENTER if path.is_dir() else MAY_READ
        if path.lstat().st_mode & needed != needed:
            return False
    return True


def _holder(docker: Docker, port: int) -> str:
    containers = docker.ask("ps", "--filter", f"publish={port}", "--format", "{{.Names}}").split()
    return f"the container {containers[0]}" if containers else holder_of(port)
