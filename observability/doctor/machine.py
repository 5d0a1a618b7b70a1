"""The machine: Python, disk, memory, limits, and Docker, which nobody needs."""

import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil

from observability.doctor.finding import Finding, ok, problem, warning
from observability.spans import percentile

PYTHONS = ((3, 11), (3, 13))  # the first and the last that the locked packages were tried on
MEGABYTE = 1_000_000
# A demo takes 400 MB: two servers in turns, the load, the charts.
LEAST_MEMORY, GOOD_MEMORY = 500 * MEGABYTE, 1_500 * MEGABYTE
LEAST_FREE = 500 * MEGABYTE  # on the disk: packages take 400
LEAST_OPEN_FILES, GOOD_OPEN_FILES = 256, 1_024  # a connection takes one, on both sides
DOCKER_S = 5.0
SYNCS, SLOW_SYNC_MS = 20, 25.0  # a file that is written once takes two


def check_python() -> Finding:
    """Whether the packages were made for this Python."""
    version = platform.python_version()
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return ok("Python", version)
    (low, high) = (".".join(map(str, each)) for each in PYTHONS)
    advice = f"install {low} to {high}, then: rm -rf .venv && make install PYTHON=python{high}"
    return problem("Python", version, advice)


def check_memory() -> Finding:
    """Whether enough of it is free."""
    free = psutil.virtual_memory().available
    found = f"{free / MEGABYTE:,.0f} MB free"
    if free < LEAST_MEMORY:
        return problem("memory", found, "close other programs: a demo takes 400 MB")
    if free < GOOD_MEMORY:
        return warning("memory", found, "close other programs, or measurements will suffer")
    return ok("memory", found)


def check_disk(folder: Path) -> Finding:
    """Whether there is room, and how long the disk takes to promise that bytes are kept."""
    try:
        free = shutil.disk_usage(folder).free
        sync_ms = percentile(_sync_times_ms(folder), 50)
    except OSError as error:
        advice = f"make {folder} writable, or move the project to a folder that is"
        return problem("disk", f"cannot write here: {error.strerror}", advice)
    found = f"{free / MEGABYTE:,.0f} MB free, fsync {sync_ms:.1f} ms"
    if free < LEAST_FREE:
        return problem("disk", found, "free some: packages and results take 500 MB")
    if sync_ms > SLOW_SYNC_MS:
        advice = "a slow disk hides the lesson; is it a network drive or a memory stick?"
        return warning("disk", found, advice)
    return ok("disk", found)


def check_drive(folder: Path, kernel: str | None = None) -> Finding | None:
    """On WSL: whether the project lies on a Windows drive, which is slow; None elsewhere."""
    kernel = platform.release() if kernel is None else kernel
    if "microsoft" not in kernel.lower():
        return None
    if folder.as_posix().startswith("/mnt/"):
        advice = "clone it to your Linux home folder instead: cd ~ && git clone ..."
        return warning("WSL", f"{folder} is on a Windows drive: each file call is slow", advice)
    return ok("WSL", "the project is on the Linux disk")


def check_open_files() -> Finding:
    """How many files and connections a process may have."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    found = "no limit" if limit == resource.RLIM_INFINITY else f"{limit:,} at most"
    if limit == resource.RLIM_INFINITY or limit >= GOOD_OPEN_FILES:
        return ok("open files", found)
    how = warning if limit >= LEAST_OPEN_FILES else problem
    return how("open files", found, "before the server and before the load: ulimit -n 4096")


def check_docker() -> Finding:
    """Whether there is Docker; nothing needs it."""
    if not shutil.which("docker"):
        return ok("Docker", "not there, and not needed: make traces stands in for Jaeger")
    ask = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        asked = subprocess.run(ask, capture_output=True, timeout=DOCKER_S, check=True, text=True)
    except (OSError, subprocess.SubprocessError):
        return ok("Docker", "there, but its engine does not answer; nothing here needs it")
    return ok("Docker", asked.stdout.strip())


def _sync_times_ms(folder: Path) -> list[float]:
    path = folder / ".doctor.tmp"
    times_ms = []
    try:
        with path.open("wb", buffering=0) as file:
            for _ in range(SYNCS):
                file.write(b"x" * 1_000)
                started_s = time.perf_counter()
                os.fsync(file.fileno())
                times_ms.append((time.perf_counter() - started_s) * 1000)
    finally:
        path.unlink(missing_ok=True)
    return times_ms
