"""A folder with the fake `docker` in it, first on PATH, and what it is to tell."""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MIB = 1024 * 1024
FAKE = Path(__file__).parent / "fake_docker.py"


def container(service: str, state: str = "running", **more: Any) -> dict[str, Any]:
    """A line of `docker compose ps --format json`, as far as we read it."""
    port = {"URL": "127.0.0.1", "TargetPort": 1, "PublishedPort": 1, "Protocol": "tcp"}
    return {
        "ID": f"{service}-id",
        "Name": f"new-years-eve-{service}-1",
        "Service": service,
        "State": state,
        "Health": "healthy",
        "ExitCode": 0,
        "Publishers": [port],
        **more,
    }


@dataclass
class Fake:
    """The fake `docker`: change `scene` before it is asked."""

    folder: Path
    scene: dict[str, Any]

    def tell(self, **changes: Any) -> None:
        """Change what there is."""
        self.scene.update(changes)
        (self.folder / "scene.json").write_text(json.dumps(self.scene))

    @property
    def calls(self) -> list[str]:
        """Its `compose up` and `compose down`, in order."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """An engine that is well, with a small project that wants port 0, which is always free."""
    script = tmp_path / "docker.py"
    shutil.copy(FAKE, script)
    command = tmp_path / "docker"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{script}" "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    attempt = {"type": "bind", "source": str(tmp_path / "attempt"), "target": "/workshop/attempt"}
    services = {
        "challenge": {"mem_limit": str(224 * MIB), "ports": [{"published": "0"}], "volumes": []},
        "attempt": {"mem_limit": str(224 * MIB), "volumes": [attempt]},
    }
    (tmp_path / "attempt").mkdir()
    (tmp_path / "attempt").chmod(0o755)  # whatever the umask is
    labels = {"new-years-eve.layout": "1"}
    fake = Fake(
        tmp_path,
        {
            "engine": "28.2.2",
            "compose": "2.40.3",
            "memory": 8_000 * MIB,
            "project": {
                "services": services,
                "volumes": {"challenge": {"name": "new-years-eve_challenge", "labels": labels}},
            },
            "volumes": {"new-years-eve_challenge": {**labels, "other": "label"}, "theirs": None},
            "published": {},
            "out_of_memory": [],
            "services_before": [],
            "services_after": [container("challenge"), container("attempt", Publishers=None)],
            "up_code": 0,
            "waits_in": "",
        },
    )
    fake.tell()
    return fake
