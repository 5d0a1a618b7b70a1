"""What an experiment ran on: without it a number means nothing on another day or machine."""

import os
import platform
import subprocess
import time
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from load_test.experiment.processes import PROJECT
from observability.spans import percentile

MAIN_PACKAGES = (
    "python-socketio",
    "python-engineio",
    "eventlet",
    "flask",
    "opentelemetry-sdk",
    "opentelemetry-exporter-jaeger",
    "websockets",
)
FSYNC_S = 1.0  # long enough for hundreds of them on a disk, and for ten on a slow one
FSYNC_BYTES = 4096
ASK_TIMEOUT_S = 5.0


def describe_machine(folder: Path) -> dict[str, Any]:
    """Processor, memory, system, how busy they are, and the disk that holds `folder`.

    Takes a second, for the disk. What cannot be found out is None.
    """
    return {
        "cpus": psutil.cpu_count(),
        "cpu_model": cpu_model(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release()}",
        "load_average": [round(each, 2) for each in psutil.getloadavg()],
        "fsync_p50_ms": fsync_p50_ms(folder),
    }


def describe_versions() -> dict[str, str | None]:
    """Python, the packages that matter here, and this project's commit."""
    versions: dict[str, str | None] = {"python": platform.python_version()}
    versions |= {name: metadata.version(name) for name in MAIN_PACKAGES}
    versions["git"] = _ask("git", "-C", str(PROJECT), "describe", "--always", "--dirty")
    return versions


def cpu_model() -> str | None:
    """The processor's name, as the system's own tools give it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return _ask("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor() or None


def fsync_p50_ms(folder: Path) -> float:
    """How long the disk takes to keep a page: the median over a second of doing nothing else."""
    path = folder / "fsync.tmp"
    times_ms: list[float] = []
    with path.open("wb", buffering=0) as file:
        end_s = time.perf_counter() + FSYNC_S
        while not times_ms or time.perf_counter() < end_s:
            file.write(bytes(FSYNC_BYTES))
            started_s = time.perf_counter()
            os.fsync(file.fileno())
            times_ms.append((time.perf_counter() - started_s) * 1000)
    path.unlink()
    return percentile(times_ms, 50)


def _ask(*command: str) -> str | None:
    """What a command prints, or None if it is not there or fails."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=ASK_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None if answer.returncode == 0 else None
