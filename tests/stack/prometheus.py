"""A real Prometheus as a process of ours, and what it is asked.

Moments are seconds since 1970, as Prometheus counts them.
"""

import math
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests

from load_test.experiment.processes import last_lines

START_S = 20.0
STOP_S = 3.0
ANSWER_S = 10.0
POLL_S = 0.05


class PrometheusFailed(Exception):
    """Raised when Prometheus does not start, does not answer, or finds a query wrong."""


@dataclass(frozen=True)
class Series:
    """One line of a graph: its labels, and (moment, value) in the order of time."""

    labels: Mapping[str, str]
    points: Sequence[tuple[float, float]]

    @property
    def values(self) -> list[float]:
        """The values that are numbers."""
        return [value for _, value in self.points if math.isfinite(value)]


class Prometheus:
    """Runs while its context lasts; its data are in `folder`, and gone with it."""

    def __init__(self, config: Path, folder: Path, port: int) -> None:
        """Start it, without waiting for it."""
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "prometheus.log"
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={config}",
                    f"--storage.tsdb.path={folder / 'tsdb'}",
                    f"--web.listen-address=127.0.0.1:{port}",
                    "--log.level=warn",
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for us
            )

    def __enter__(self) -> Self:
        """Wait until it is ready. Raises PrometheusFailed."""
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def query(self, expression: str, at_s: float) -> list[Series]:
        """What an expression is at a moment; of a scalar, a series without labels."""
        found = self._ask("query", query=expression, time=at_s)
        if found["resultType"] == "scalar":
            return [_series({}, [found["result"]])]
        return [_series(each["metric"], [each["value"]]) for each in found["result"]]

    def query_range(
        self, expression: str, start_s: float, end_s: float, step_s: float
    ) -> list[Series]:
        """What an expression is from one moment to another, every `step_s`."""
        found = self._ask("query_range", query=expression, start=start_s, end=end_s, step=step_s)
        return [_series(each["metric"], each["values"]) for each in found["result"]]

    def value(self, expression: str, at_s: float) -> float:
        """The one value of an expression at a moment; not a number if there is none, or several."""
        found = self.query(expression, at_s)
        return found[0].points[0][1] if len(found) == 1 else math.nan

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that are pending or firing now: labels, annotations, state."""
        return list(self._ask("alerts")["alerts"])

    def rules(self) -> list[dict[str, Any]]:
        """All rules, and how their last evaluation went."""
        return [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]

    def _ask(self, what: str, **parameters: str | float) -> Any:
        try:
            answer = get(f"{self.url}/api/v1/{what}", ANSWER_S, **parameters).json()
        except (requests.RequestException, ValueError) as error:
            raise PrometheusFailed(f"Prometheus did not answer {what}: {error}") from error
        if answer["status"] != "success":
            raise PrometheusFailed(f"{answer['error']} in {parameters.get('query', what)}")
        return answer["data"]

    def _wait_until_ready(self) -> None:
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s and self._process.poll() is None:
            try:
                if get(f"{self.url}/-/ready", ANSWER_S).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(POLL_S)
        told = "".join(f"\n  {line}" for line in last_lines(self._log))
        raise PrometheusFailed(f"Prometheus did not start; its log ends with:{told}")


def get(url: str, answer_s: float, **parameters: str | float) -> requests.Response:
    """Ask a service of this machine. Raises requests.RequestException."""
    with requests.Session() as session:
        session.trust_env = False  # a proxy that is set for the web would not find it
        return session.get(url, params=parameters, timeout=answer_s)


def free_port() -> int:
    """A port that nobody listened on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _series(labels: Mapping[str, str], points: Sequence[tuple[float, str]]) -> Series:
    return Series(labels, [(moment, float(value)) for moment, value in points])
