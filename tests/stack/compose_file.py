"""docker-compose.yml as the real Compose reads it, in every choice of profiles.

Compose needs no engine to read. It is `docker compose` where that is installed, or the program
that the variable COMPOSE_CONFIG names: the one that Docker's sources build, `docker-compose`.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from tests.structure.source import ROOT

VARIABLE = "COMPOSE_CONFIG"
READ_S = 30.0
CORE = {"challenge", "solution", "jaeger", "prometheus", "grafana"}
ADDED = {
    "attempt": {"attempt"},
    "load": {"locust", "locust-worker"},
    "notebook": {"notebook"},
}
EVERYTHING = ("all",)


class ComposeFailed(Exception):
    """Raised when Compose does not accept the file; the text is its own."""


def find_compose() -> list[str] | None:
    """How to call Compose here, or None where it is not installed."""
    if program := os.environ.get(VARIABLE):
        return [program]
    command = ["docker", "compose"]
    if shutil.which("docker"):
        asked = subprocess.run([*command, "version"], capture_output=True, timeout=READ_S)
        if asked.returncode == 0:
            return command
    return None


def resolve(compose: Sequence[str], profiles: Sequence[str]) -> dict[str, Any]:
    """The file with these profiles, anchors followed, paths whole. Raises ComposeFailed."""
    chosen = [part for profile in profiles for part in ("--profile", profile)]
    command = [*compose, *chosen, "config", "--format", "json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=READ_S)
    if ended.returncode or ended.stderr:  # what it warns of is a mistake, too
        raise ComposeFailed(f"with the profiles {profiles}: {ended.stderr.strip()}")
    resolved: dict[str, Any] = json.loads(ended.stdout)
    return resolved


def wrong_choices(compose: Sequence[str]) -> list[str]:
    """A sentence for each choice of profiles that Compose refuses, or that has other services."""
    wrong = []
    for choice in choices():
        expected = CORE.union(*(ADDED[profile] for profile in choice))
        try:
            found = resolve(compose, choice)["services"].keys()
        except ComposeFailed as error:
            wrong.append(str(error))
            continue
        if found != expected:
            wrong.append(f"the profiles {choice} start {sorted(found)}, not {sorted(expected)}")
    return wrong


def choices() -> list[tuple[str, ...]]:
    """All ways to choose among the profiles, without `all`."""
    return [choice for size in range(len(ADDED) + 1) for choice in combinations(ADDED, size)]
