"""The `docker` command: what of it is here, and what it answers."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# docker-compose.yml asks services every second while they start: `start_interval`.
OLDEST_ENGINE = (25, 0)
OLDEST_COMPOSE = (2, 24)
ALL_PROFILES = ("*",)  # as Compose writes it
ANSWER_S = 30.0  # a Docker Desktop that wakes up takes its time


class DockerError(Exception):
    """Raised when Docker refuses what it was asked; the text is its own."""


class NoEngine(DockerError):
    """Raised when there is no Docker here that could run the stack; the text says what is."""


class Docker:
    """Runs `docker` in the project's `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self) -> None:
        """Raises NoEngine unless an engine answers that is new enough, with Compose."""
        if not shutil.which("docker"):
            raise NoEngine("Docker is not installed")
        try:
            engine = self.ask("version", "--format", "{{.Server.Version}}").strip()
        except DockerError as error:
            raise NoEngine(
                f"Docker is installed, but its engine does not answer: {error}"
            ) from error
        try:
            compose = self.ask("compose", "version", "--short").strip()
        except DockerError as error:
            old = shutil.which("docker-compose")
            found = "only the old command docker-compose" if old else "no Compose"
            raise NoEngine(
                f"Docker is here with {found}: install its plugin docker-compose-plugin, "
                f"{_text(OLDEST_COMPOSE)} or newer"
            ) from error
        for name, found, oldest in (
            ("Docker engine", engine, OLDEST_ENGINE),
            ("Docker Compose", compose, OLDEST_COMPOSE),
        ):
            version = _version(found)
            if version and version < oldest:
                raise NoEngine(f"{name} {found} is too old: {_text(oldest)} or newer is needed")

    def ask(self, *arguments: str) -> str:
        """What `docker` writes on standard output. Raises DockerError."""
        try:
            ended = subprocess.run(
                ["docker", *arguments],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=ANSWER_S,
            )
        except subprocess.TimeoutExpired as error:
            raise DockerError(f"no answer within {ANSWER_S:.0f} s") from error
        if ended.returncode:
            lines = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
            raise DockerError(lines[-1])
        return ended.stdout

    def compose(self, profiles: Sequence[str], *arguments: str) -> list[str]:
        """The arguments for `docker compose` with these profiles."""
        chosen = [part for profile in profiles for part in ("--profile", profile)]
        return ["compose", *chosen, *arguments]

    def run(self, arguments: Sequence[str]) -> int:
        """Let `docker` talk to the terminal. Returns its exit code."""
        return subprocess.run(["docker", *arguments], cwd=self._folder).returncode

    def profiles(self) -> list[str]:
        """The names of the profiles that docker-compose.yml has."""
        return self.ask("compose", "config", "--profiles").split()

    def project(self, profiles: Sequence[str]) -> dict[str, Any]:
        """docker-compose.yml as Compose understands it: anchors followed, sizes in bytes."""
        found: dict[str, Any] = json.loads(
            self.ask(*self.compose(profiles, "config", "--format", "json"))
        )
        return found


def _version(text: str) -> tuple[int, ...]:
    """The first two numbers of a version; none of one that somebody built without a number."""
    found = re.search(r"(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else ()


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
