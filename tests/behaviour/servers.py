"""Chat servers as processes: each on a free port, with a folder of its own, and gone afterwards."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import requests

ROOT = Path(__file__).parents[2]
START_S = 20
EXIT_S = 10


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = 10) -> None:
    """Return as soon as the condition holds; fail, saying what did not happen, if it never does."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"within {timeout_s} s: {what} did not happen"
        time.sleep(0.02)


class ServerProcess:
    """One server: started on entering the context, killed on leaving it if it still runs."""

    def __init__(
        self,
        package: str,
        folder: Path,
        *flags: str,
        port: int = 0,
        module_path: Path | None = None,
        environ: dict[str, str] | None = None,
    ) -> None:
        self.package = package
        self.folder = folder
        self.data_dir = folder / "data"
        self._command = [sys.executable, "-m", package, "--port", str(port), *flags]
        self._command += ["--data-dir", str(self.data_dir)]
        paths = [str(each) for each in (module_path, ROOT) if each]
        self._environ = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "OTEL_TRACES_EXPORTER": "none",
            **(environ or {}),
        }
        self.url = ""
        self.process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        self.launch()
        wait_until(self._serves, f"{self.package} serving\n{self.log}", START_S)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(EXIT_S)

    def launch(self) -> None:
        """Start the process without waiting for it to serve."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                self._command, cwd=self.folder, env=self._environ, stdout=out, stderr=err
            )

    def _serves(self) -> bool:
        assert self.process.poll() is None, f"{self.package} ended at its start:\n{self.log}"
        found = re.findall(r"serves at (http://\S+)", self._out.read_text())
        self.url = found[-1] if found else ""
        return bool(found)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(EXIT_S)

    def end(self) -> int:
        """Wait for a process that ends by itself; the exit code."""
        return self.process.wait(START_S)

    def metric(self, name: str) -> float:
        """The value of one metric, labels included in the name."""
        text = requests.get(f"{self.url}/metrics", timeout=5).text
        values = [line.split()[-1] for line in text.splitlines() if line.startswith(f"{name} ")]
        assert values, f"no metric {name} in\n{text}"
        return float(values[0])

    @property
    def log(self) -> str:
        """What the server printed and logged so far."""
        return self._out.read_text() + self._err.read_text()

    @property
    def port(self) -> int:
        """The port it serves on."""
        return int(self.url.rpartition(":")[2])

    @property
    def _out(self) -> Path:
        return self.folder / "out.log"

    @property
    def _err(self) -> Path:
        return self.folder / "err.log"
