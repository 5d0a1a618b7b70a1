"""Chat servers as processes: found by name or folder, started on a free port, ready to use."""

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import requests

from load_test.experiment.processes import POLL_S, PROJECT, PythonProcess

ADDRESS = re.compile(r" serves at (http://\S+)\n")
START_S = 30.0  # a slow laptop that reads a large history
# The contract gives a server 5 s; one that takes longer is hanging.
DRAIN_S = 8.0


class NoSuchServer(Exception):
    """Raised when a name or folder is no server's package; the text says what would be one."""


@dataclass(frozen=True)
class Package:
    """A server's package: `python -m NAME`, found in `folder`."""

    name: str
    folder: Path

    @classmethod
    def find(cls, text: str) -> Self:
        """The package of a name in this project, or of a folder anywhere. Raises NoSuchServer."""
        by_name = text.isidentifier() and (PROJECT / text).is_dir()
        path = (PROJECT / text if by_name else Path(text)).resolve()
        if not path.is_dir():
            problem = "there is no such folder"
        elif not (path / "__main__.py").is_file():
            problem = "there is no __main__.py in it"
        elif "." in path.name:
            problem = "a package's name holds no dot"
        else:
            return cls(path.name, path.parent)
        raise NoSuchServer(
            f"{text!r} is no server ({problem}): name a package of this project, as challenge, "
            "or a folder with one, as path/to/attempt"
        )


class Server(PythonProcess):
    """A chat server that serves at `url`; `http` asks it, for what is not to be measured."""

    def __init__(
        self,
        package: Package,
        data_dir: Path,
        log: Path,
        environment: Mapping[str, str],
        flags: Sequence[str] = (),
    ) -> None:
        """Start it and wait until it is ready. Raises ProcessFailed if that does not happen."""
        all_flags = ("--port", "0", "--data-dir", str(data_dir), *flags)
        super().__init__(package.name, all_flags, log, environment, package.folder)
        self.http = requests.Session()
        self.http.trust_env = False  # a proxy that is set for the web would not find it
        try:
            self.url = self.wait_for_line(ADDRESS, START_S)[1]
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End it at once: its data folder is a copy, so there is no reason to be gentle."""
        super().kill()
        self.http.close()

    def _wait_until_ready(self) -> None:
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s and self.running:
            with suppress(requests.RequestException):
                if self.http.get(f"{self.url}/ready", timeout=START_S).ok:
                    return
            time.sleep(POLL_S)
        raise self.failure(f"served, but was not ready within {START_S:.0f} s")
