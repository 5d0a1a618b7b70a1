"""The load test tells when midnight struck: as plain times, and on Locust's page."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from load_test.midnight import Midnights
from load_test.shapes import SHAPES, Evening
from observability.names import MIDNIGHT
from tests.behaviour.servers import ROOT, ServerProcess, wait_until
from tests.load_test.locust_runs import free_port, locust

COUNTDOWN = Evening(SHAPES["countdown"], most_guests=10, length_s=100)
SPIKES = Evening(SHAPES["spikes"], most_guests=10, length_s=100)
NEW_YEAR_S = 1_000_000.0  # when the evenings of these tests begin


def test_there_is_none_before_the_first_and_then_the_latest() -> None:
    midnights = Midnights()
    assert midnights.latest(NEW_YEAR_S) == 0
    midnights.begin(SPIKES, NEW_YEAR_S)
    assert midnights.latest(NEW_YEAR_S + 19) == 0
    assert midnights.latest(NEW_YEAR_S + 21) == NEW_YEAR_S + 20
    assert midnights.latest(NEW_YEAR_S + 99) == NEW_YEAR_S + 80


def test_what_had_not_struck_when_the_load_ended_never_does() -> None:
    midnights = Midnights()
    midnights.begin(COUNTDOWN, NEW_YEAR_S)
    midnights.end(NEW_YEAR_S + 50)
    assert midnights.latest(NEW_YEAR_S + 99) == 0
    # but what had struck stays, also when the load is over
    midnights.begin(COUNTDOWN, NEW_YEAR_S)
    midnights.end(NEW_YEAR_S + 70)
    assert midnights.latest(NEW_YEAR_S + 99) == NEW_YEAR_S + 60


def test_a_load_without_an_evening_has_no_midnight() -> None:
    midnights = Midnights()
    midnights.begin(COUNTDOWN, NEW_YEAR_S)
    midnights.begin(None, NEW_YEAR_S + 70)
    assert midnights.latest(NEW_YEAR_S + 99) == 0


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    """The address of the page of a Locust that plays a countdown of 5 s."""
    port = free_port()
    with ServerProcess("solution", tmp_path / "solution") as server:
        target = ["-f", "load_test/locustfile.py", "--host", server.url]
        shape = ["--shape", "countdown", "--users", "2", "--run-time", "5s"]
        web = ["--autostart", "--web-host", "127.0.0.1", "--web-port", str(port)]
        with locust(tmp_path / "log", ROOT, *target, *shape, *web):
            yield f"http://127.0.0.1:{port}"


@pytest.mark.slow
def test_locusts_page_tells_it_to_prometheus(page: str) -> None:
    began_s = time.time()
    wait_until(lambda: midnight(page) == 0, "the page, before midnight", timeout_s=20)
    wait_until(lambda: midnight(page) > 0, "midnight", timeout_s=20)
    # then it has just struck, by the clock on the wall, and it stays where it was
    struck_s = midnight(page)
    assert began_s < struck_s <= time.time()
    assert time.time() - struck_s < 2
    assert midnight(page) == struck_s


def midnight(page: str) -> float:
    """What the page tells; -1 as long as it does not answer."""
    try:
        answer = requests.get(f"{page}/metrics", timeout=5)
    except requests.ConnectionError:
        return -1
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    kind, value = answer.text.splitlines()
    assert kind == f"# TYPE {MIDNIGHT} gauge"
    return float(value.removeprefix(f"{MIDNIGHT} "))
