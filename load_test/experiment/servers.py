"""Chat servers as processes: found by name or folder, started on a free port, ready to use."""

import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import requests

from load_test.experiment.guard import Guard, Limits
from load_test.experiment.processes import (
    POLL_S,
    PROJECT,
    TRUSTING,
    Launcher,
    ProcessFailed,
    PythonProcess,
)

# Of this machine only: whatever a server prints, no load is to go anywhere else.
ADDRESS = re.compile(r" serves at (http://(?:127\.0\.0\.1|localhost|\[::1\]):\d{1,5})\s")
START_S = 30.0  # a slow laptop that reads a large history
# The first answers of a server that is still warming up take a while on a slow machine.
ANSWER_S = 20.0
MOST_ANSWER_BYTES = 10_000_000  # a page of 100 messages of the longest kind is 2.4 MB
READ_BYTES = 65_536
SHOWN_CHARACTERS = 200  # of an answer that is wrong
# The contract gives a server 5 s; one that takes longer is hanging.
DRAIN_S = 8.0


class NoSuchServer(Exception):
    """Raised when a name or folder is no server's package; the text says what would be one."""


@dataclass(frozen=True)
class Package:
    """A server's package: `python -m NAME`, found in `folder`, started by `launcher`."""

    name: str
    folder: Path
    launcher: Launcher = TRUSTING

    @classmethod
    def find(cls, text: str) -> Self:
        """The package of a name in this project, or of a folder anywhere. Raises NoSuchServer."""
        try:
            by_name = text.isidentifier() and (PROJECT / text).is_dir()
            path = (PROJECT / text if by_name else Path(text)).resolve()
            problem = _why_no_package(path)
        except (OSError, ValueError) as error:  # not ours to read, a name too long, or no name
            problem = str(error)
        if not problem:
            return cls(path.name, path.parent)
        raise NoSuchServer(
            f"{text!r} is no server ({problem}): name a package of this project, as challenge, "
            "or a folder with one, as path/to/attempt"
        )


def _why_no_package(path: Path) -> str | None:
    if not path.exists():
        return "there is no such folder"
    if not path.is_dir():
        return "it is a file, not a folder"
    if not (path / "__main__.py").is_file():
        return "there is no __main__.py in it"
    if "." in path.name:
        return "a package's name holds no dot"
    if path.name in sys.stdlib_module_names:
        return f"Python has a module {path.name} of its own, which would be hidden"
    return None


class Server(PythonProcess):
    """A chat server that serves at `url`, watched by a guard.

    `http` and `ask` ask it, for what is not to be measured.
    """

    def __init__(
        self,
        package: Package,
        data_dir: Path,
        log: Path,
        environment: Mapping[str, str],
        flags: Sequence[str] = (),
        deadline_s: float | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Start it and wait until it is ready. Raises ProcessFailed if that does not happen.

        `deadline_s` is a moment of `time.monotonic`: it is ended if it still runs then.
        """
        launcher = package.launcher
        launcher.own(data_dir)
        own_flags = ("--host", "127.0.0.1", "--port", "0", "--data-dir", str(data_dir))
        super().__init__(
            package.name, (*own_flags, *flags), log, environment, package.folder, launcher
        )
        limits = limits or launcher.limits or Limits()
        self.guard = Guard(self.family, log, data_dir, limits, deadline_s, launcher.folders)
        self.http = requests.Session()
        self.http.trust_env = False  # a proxy that is set for the web would not find it
        start_s = launcher.start_s or START_S
        try:
            self.url = self.wait_for_line(ADDRESS, start_s)[1]
            self._wait_until_ready(start_s)
        except BaseException as error:
            self.kill()
            if isinstance(error, ProcessFailed):
                error.at_start = True
            raise

    @property
    def peak_rss_bytes(self) -> int | None:
        """The most resident memory that was seen so far, children included."""
        return self.guard.peak_rss_bytes

    def check(self) -> None:
        """Raises ProcessFailed if the guard had to end it."""
        if self.guard.reason:
            raise self.failure(self.guard.reason)

    def failure(self, problem: str, timed_out: bool = False) -> ProcessFailed:
        """The error that says what it did wrong: what the guard saw, if it had to end it."""
        if self.guard.reason:
            return ProcessFailed(
                self.name, self.guard.reason, self.log, self.guard.timed_out, ended=True
            )
        return super().failure(problem, timed_out)

    def kill(self) -> None:
        """End it at once: its data folder is a copy, so there is no reason to be gentle."""
        super().kill()
        self.guard.end()
        self.http.close()

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> dict[str, Any]:
        """The JSON object in a good answer to a request; `body` goes as JSON, too.

        Raises ProcessFailed for any other answer, for none in time, and for one without an end.
        """
        status, answer = self._exchange(method, path, body, token)
        if status in (200, 201) and isinstance(answer, dict):
            return answer
        raise self.failure(_wrong(method, path, status, answer))

    def _exchange(
        self, method: str, path: str, body: Any = None, token: str = ""
    ) -> tuple[int, dict[str, Any] | str]:
        """Status and content of an answer. `requests` bounds each read, the guard the whole."""
        late = f"did not answer {method} {path} within {ANSWER_S:g} s"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = b""
        try:
            with (
                self.guard.within(ANSWER_S, late),
                self.http.request(
                    method, self.url + path, json=body, headers=headers, timeout=ANSWER_S,
                    stream=True, allow_redirects=False,
                ) as answer,
            ):  # fmt: skip
                for piece in answer.iter_content(READ_BYTES):
                    content += piece
                    if len(content) > MOST_ANSWER_BYTES:
                        raise self.failure(f"answered {method} {path} without an end")
                return answer.status_code, _object_or_text(content)
        except requests.Timeout:
            raise self.failure(late, timed_out=True) from None
        except requests.RequestException as error:
            raise self.failure(f"did not answer {method} {path} rightly: {error}") from error

    def _wait(self, within_s: float, otherwise: str) -> int:
        code = super()._wait(within_s, otherwise)
        self.check()
        return code

    def _wait_until_ready(self, within_s: float) -> None:
        deadline_s = time.monotonic() + within_s
        port = urlsplit(self.url).port or 0
        problem = f"said that it serves at {self.url}, where it does not listen"
        while time.monotonic() < deadline_s:
            if not self.running:
                problem = f"ended with exit code {self.process.returncode} before it was ready"
                break
            if self.family.listens_at(port):
                status, answer = self._exchange("GET", "/ready")
                if status == 200 and "server" in answer and isinstance(answer, dict):
                    return
                problem = _wrong("GET", "/ready", status, answer)
                if status != 503:  # that one says itself that it is not ready yet
                    break
            time.sleep(POLL_S)
        raise self.failure(problem, timed_out=time.monotonic() >= deadline_s)


def _object_or_text(content: bytes) -> dict[str, Any] | str:
    """The JSON object that it is, or what else it says."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    return answer if isinstance(answer, dict) else content.decode(errors="replace")


def _wrong(method: str, path: str, status: int, answer: dict[str, Any] | str) -> str:
    return f"answered {method} {path} with {status}: {str(answer)[:SHOWN_CHARACTERS]!r}"
