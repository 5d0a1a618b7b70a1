"""Locust as people run it: a process, which is gone at the end."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.behaviour.servers import ROOT, ServerProcess, wait_until

ACKNOWLEDGED, BROADCAST = "send to acknowledgement", "send to broadcast"
END_S = 20

Locust = subprocess.Popen[bytes]


@contextmanager
def locust(log: Path, folder: Path, *flags: str) -> Iterator[Locust]:
    """Locust in a folder, logging to a file; it and its workers are gone at the end."""
    command = [sys.executable, "-m", "locust", *flags]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=folder, env=environ, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def headless(server: ServerProcess, *flags: str) -> list[str]:
    """The flags of a run without a web page, whose three users greet often."""
    target = ["-f", "load_test/locustfile.py", "--host", server.url]
    return [*target, "--headless", "--users", "3", "--spawn-rate", "10", "--pause", "0.1", *flags]


def end(process: Locust, log: Path, expected: int = 0) -> str:
    """Wait for Locust to end with the exit code that is expected; what it logged."""
    code = process.wait(END_S)
    assert code == expected, f"exit code {code}:\n{log.read_text()}"
    return log.read_text()


def run(log: Path, *flags: str, expected: int = 0) -> str:
    """Run Locust, started at the root, until it ends by itself; what it logged."""
    with locust(log, ROOT, *flags) as process:
        return end(process, log, expected)


def rows_of(file: Path) -> dict[str, Any]:
    """The rows that --json-file left, by name."""
    return {row["name"]: row for row in json.loads(file.with_suffix(".json").read_text())}


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def greeted(server: ServerProcess, greetings: int) -> None:
    """Wait until a server has stored so many greetings."""
    wait_until(
        lambda: server.metric("chat_messages_stored_total") >= greetings,
        f"{greetings} greetings",
        timeout_s=20,
    )
