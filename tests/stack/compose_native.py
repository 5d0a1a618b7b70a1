"""A service of docker-compose.yml as a process of this machine, as near to the file as that goes.

Its command, environment and health check are those of the file. Different are: ports, which are
free ones; names of services, which become this machine's address; folders, which are copies in
a temporary one; and the images' programs, which are those installed here.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from load_test.experiment.processes import last_lines
from observability.doctor.servers import SERVERS
from tests.stack.prometheus import free_port
from tests.structure.source import ROOT

LOOPBACK = "127.0.0.1"
HEALTH_S, POLL_S = 60.0, 0.2


class Unhealthy(Exception):
    """Raised when a service does not get well; the text ends with its last log lines."""


class Ports(dict[tuple[str, int], int]):
    """A free port of this machine for each (service, port) that is asked for."""

    def __missing__(self, key: tuple[str, int]) -> int:
        self[key] = free_port()
        return self[key]

    def localised(self, text: str, service: str, services: Sequence[str]) -> str:
        """A text of `service` with the addresses that it and its neighbours have here."""
        address = rf"\b({'|'.join(services)}|127\.0\.0\.1|0\.0\.0\.0|localhost):(\d+)"

        def here(found: re.Match[str]) -> str:
            whose = found[1] if found[1] in services else service
            return f"{LOOPBACK}:{self[whose, int(found[2])]}"

        return re.sub(address, here, text).replace("0.0.0.0", LOOPBACK)


def listen_here(name: str, ports: Ports) -> tuple[list[str], dict[str, str]]:
    """What a service's command and environment need in addition to take the ports it got."""
    if name in SERVERS:
        return [], {"CHAT_PORT": str(ports[name, SERVERS[name]])}
    master = str(ports["locust", 5557])
    here = {
        "prometheus": [f"--web.listen-address={LOOPBACK}:{ports[name, 9090]}"],
        "locust": [
            *("--web-host", LOOPBACK, "--web-port", str(ports[name, 8089])),
            *("--master-bind-host", LOOPBACK, "--master-bind-port", master),
        ],
        "locust-worker": ["--master-port", master],
        "notebook": [f"--port={ports[name, 8888]}", "--allow-root"],
    }
    return here.get(name, []), {}


class NativeService:
    """One service, which runs while its context lasts. `program`: what its image would start."""

    def __init__(
        self, name: str, project: Mapping[str, Any], ports: Ports, folder: Path, program: str | None
    ) -> None:
        """Make its folders, and work out its command; nothing runs yet."""
        self.name = name
        self._service = project["services"][name]
        self.needs = list(self._service.get("depends_on", {}))
        self._names = list(project["services"])
        self._ports = ports
        self._folder = folder / name
        self._folder.mkdir(parents=True)
        self._folders = self._make_folders()
        more, environment = listen_here(name, ports)
        self.command = [*([program] if program else []), *self._command(), *more]
        told = self._service.get("environment") or {}
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
            **{key: self._here(value) for key, value in told.items() if value is not None},
            **environment,
        }
        self.health = [
            self._here(part) for part in self._service.get("healthcheck", {}).get("test", ())[1:]
        ]
        self.log = self._folder / "log"

    def __enter__(self) -> Self:
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                self.command, cwd=self._folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def wait_until_healthy(self) -> None:
        """Ask as the health check does, until it is content. Raises Unhealthy."""
        deadline_s = time.monotonic() + HEALTH_S
        said = ""
        while self._process.poll() is None and time.monotonic() < deadline_s:
            if not self.health:
                return
            asked = subprocess.run(
                self.health, cwd=self._folder, env=self.environment, capture_output=True, text=True
            )
            if asked.returncode == 0:
                return
            said = (asked.stdout + asked.stderr).strip()
            time.sleep(POLL_S)
        ended = self._process.poll()
        what = f"its health check says {said!r}" if ended is None else f"it ended with code {ended}"
        raise Unhealthy(f"{self.name}: {what}{self._last_lines()}")

    def stop(self) -> str | None:
        """Send SIGTERM; what was wrong with its end, or None."""
        grace_s = float(self._service["stop_grace_period"].removesuffix("s"))
        self._process.terminate()
        try:
            code = self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            return f"{self.name}: did not end within its stop_grace_period of {grace_s:.0f} s"
        if self.name in SERVERS and code != 0:
            return f"{self.name}: ended with code {code}{self._last_lines()}"
        return None

    def url(self, port: int) -> str:
        """Where one of its ports is reached here."""
        return f"http://{LOOPBACK}:{self._ports[self.name, port]}"

    def ask(self, *command: str) -> str:
        """What a command says that is run beside it, as `docker compose exec` does."""
        return subprocess.run(
            command, cwd=self._folder, env=self.environment, capture_output=True, text=True
        ).stdout

    def _make_folders(self) -> dict[str, Path]:
        """What the image and the mounts would put before it: container path to path here."""
        target = self._service.get("build", {}).get("target")
        for part in copied(target) if target else ():
            _copy(ROOT / part, self._folder / part)
        if self.name == "attempt":
            _copy(ROOT / "challenge", self._folder / "attempt")
        folders = {"/tmp": self._folder / "tmp"}
        for mount in self._service.get("volumes", ()):
            if mount["target"].startswith("/workshop/"):
                continue
            here = folders[mount["target"]] = self._folder / Path(mount["target"]).name
            if mount["type"] == "bind":
                _copy(Path(mount["source"]), here)
                self._localise_files(here)
        for here in folders.values():
            here.mkdir(exist_ok=True)
        return folders

    def _localise_files(self, folder: Path) -> None:
        for path in (*folder.rglob("*.yml"), *folder.rglob("*.yaml")):
            text = path.read_text().replace("${env:JAEGER_LISTEN_HOST:-localhost}", LOOPBACK)
            text = self._ports.localised(text, self.name, self._names)
            if self.name == "jaeger":
                text = text.replace("port: 8888", f"port: {self._ports['jaeger', 8888]}")
            path.write_text(text)

    def _command(self) -> list[str]:
        given = self._service["command"]
        return [
            LOOPBACK if flag == "--master-host" and part in self._names else self._here(part)
            for flag, part in pairwise(["", *given])
        ]

    def _here(self, text: str) -> str:
        text = self._ports.localised(text, self.name, self._names)
        targets = "|".join(map(re.escape, self._folders))
        return re.sub(
            rf"(?<![\w.])({targets})(?![\w-])", lambda found: str(self._folders[found[1]]), text
        )

    def _last_lines(self) -> str:
        return "".join(f"\n  {line}" for line in last_lines(self.log))


def copied(stage: str) -> list[str]:
    """The folders that a stage of the Dockerfile has, from the root."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (part,) = re.findall(
        rf"^FROM \S+ AS {stage}$(.*?)(?:^FROM |\Z)", text, re.MULTILINE | re.DOTALL
    )
    return re.findall(r"^COPY (?:--chown=\S+ )?(\w+) ", part, re.MULTILINE)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(
        source, target, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    )
