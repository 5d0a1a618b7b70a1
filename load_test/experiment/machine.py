"""What an experiment ran on: without it a number means nothing on another day or machine.

And what else the machine did meanwhile, because that is what may hinder a verdict. An experiment
calls `describe_machine` and `strain_now` before its first run and `describe_after` after its last.
"""

import os
import platform
import subprocess
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
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

    All as it is before an experiment; `describe_after` has what may change. Takes a second, for
    the disk. What cannot be found out is None.
    """
    return {
        "cpus": psutil.cpu_count(),
        "cpu_model": cpu_model(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release()}",
        "load_average": _load_average(),
        **disk_now(folder),
    }


def describe_after(folder: Path, before: "Strain") -> dict[str, Any]:
    """Disk and load after an experiment, and what else went on since `before`; takes a second."""
    strain = strain_between(before, strain_now())
    return {"load_average": _load_average(), **disk_now(folder), **strain}


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


def disk_now(folder: Path) -> dict[str, float]:
    """How long the disk takes to keep a page: over a second of doing nothing else.

    The median, and the spread from p10 to p90: of a disk of one's own both hardly change.
    """
    path = folder / "fsync.tmp"
    times_ms: list[float] = []
    try:
        with path.open("wb", buffering=0) as file:
            end_s = time.perf_counter() + FSYNC_S
            while not times_ms or time.perf_counter() < end_s:
                file.write(bytes(FSYNC_BYTES))
                started_s = time.perf_counter()
                os.fsync(file.fileno())
                times_ms.append((time.perf_counter() - started_s) * 1000)
    finally:
        path.unlink(missing_ok=True)
    return {f"fsync_p{percent}_ms": percentile(times_ms, percent) for percent in (10, 50, 90)}


@dataclass(frozen=True)
class Strain:
    """Counters of the whole machine since it started; two of them tell what went on between.

    `ours_s` is the processor time of this process, and of all that it started: those that ended
    are in its own books, those that run are asked.
    """

    all_s: float  # of all processors together, idle or not
    busy_s: float
    ours_s: float
    swapped_in_bytes: int | None
    swapped_out_bytes: int | None


def strain_now() -> Strain:
    """Read the counters. Servers may start and end between two readings."""
    times = psutil.cpu_times()._asdict()
    for twice in ("guest", "guest_nice"):  # Linux has them in user and nice, too
        times.pop(twice, None)
    all_s = sum(times.values())
    swapped_in, swapped_out = _swapped_bytes()
    return Strain(
        all_s=all_s,
        busy_s=all_s - times["idle"] - times.get("iowait", 0.0),
        ours_s=_ours_s(),
        swapped_in_bytes=swapped_in,
        swapped_out_bytes=swapped_out,
    )


def strain_between(before: Strain, after: Strain) -> dict[str, Any]:
    """What others took of all processors, as a share of them, and what was swapped.

    Others are all processes that we did not start, and the kernel's own work. macOS counts what it
    reads of mapped files as swapped in.
    """
    all_s = after.all_s - before.all_s
    others_s = (after.busy_s - before.busy_s) - (after.ours_s - before.ours_s)
    return {
        # The counters are read one after the other, so a quiet machine may come out below 0.
        "others_cpu_share": max(0.0, others_s / all_s) if all_s > 0 else None,
        "swapped_in_bytes": _increase(before.swapped_in_bytes, after.swapped_in_bytes),
        "swapped_out_bytes": _increase(before.swapped_out_bytes, after.swapped_out_bytes),
    }


def _load_average() -> list[float]:
    """How many processes wanted a processor, on average over 1, 5 and 15 minutes."""
    return [round(each, 2) for each in psutil.getloadavg()]


def _ours_s() -> float:
    own = os.times()
    total_s = own.user + own.system + own.children_user + own.children_system
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it may end meanwhile
            times = child.cpu_times()
            total_s += times.user + times.system + times.children_user + times.children_system
    return total_s


def _swapped_bytes() -> tuple[int | None, int | None]:
    """In and out since the machine started; psutil warns, and says 0, where it is not told."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            swap = psutil.swap_memory()
        except (RuntimeWarning, OSError):
            return None, None
    return swap.sin, swap.sout


def _increase(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _ask(*command: str) -> str | None:
    """What a command prints, or None if it is not there or fails."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=ASK_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None if answer.returncode == 0 else None
