"""A shape leads a run: by --shape, in the web form, and in Locust's own picker."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.behaviour.servers import ROOT, ServerProcess, wait_until
from tests.load_test.locust_runs import BROADCAST, free_port, headless, locust, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A solution that serves."""
    with ServerProcess("solution", tmp_path_factory.mktemp("solution")) as running:
        yield running


class Page:
    """Locust's web page."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            return requests.get(self.url, timeout=5).ok
        except requests.ConnectionError:
            return False

    def start(self, **fields: str) -> dict[str, Any]:
        """Send the form; what came back."""
        form = {"user_count": "3", "spawn_rate": "10", "pause": "0.05", **fields}
        answer: dict[str, Any] = requests.post(f"{self.url}/swarm", data=form, timeout=5).json()
        return answer

    def stop(self) -> None:
        """Press stop."""
        requests.post(f"{self.url}/stop", timeout=20)

    def now(self) -> dict[str, Any]:
        """The state, the users and the rows."""
        answer: dict[str, Any] = requests.get(f"{self.url}/stats/requests", timeout=5).json()
        return answer

    def counts(self) -> dict[str, int]:
        """How often each row came."""
        return {row["name"]: row["num_requests"] for row in self.now()["stats"]}


@pytest.fixture
def page(server: ServerProcess, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page of a Locust that was started in its own folder."""
    port = free_port()
    flags = ["--host", server.url, "--web-host", "127.0.0.1", "--web-port", str(port)]
    flags += getattr(request, "param", [])
    with locust(tmp_path / "log", ROOT / "load_test", *flags):
        page = Page(port)
        wait_until(page.answers, "the web page")
        yield page


def test_the_countdown_takes_as_long_as_asked_and_ends(
    server: ServerProcess, tmp_path: Path
) -> None:
    before, began_s = server.metric("chat_messages_stored_total"), time.monotonic()
    shape = ["--shape", "countdown", "--users", "8", "--run-time", "10s", "--pause", "0.5"]
    log = run(tmp_path / "log", *headless(server), *shape)
    # then users came and went as the shape says, and midnight was a burst
    assert 10 <= time.monotonic() - began_s < 18
    peaks = [
        int(line.split("to ")[1].split()[0]) for line in log.splitlines() if "updating" in line
    ]
    assert peaks[0] == 2
    assert max(peaks) == 8
    assert peaks[-1] == 2
    # 8 users for 0.6 s at 10 times 2/s are some 100 greetings; without it there were some 70
    assert server.metric("chat_messages_stored_total") - before > 90


def test_the_web_form_sets_rooms_and_pause(page: Page) -> None:
    assert "a chat room is full with so many" in requests.get(page.url, timeout=5).text
    # when a run is started with other rooms and pauses than by default
    assert page.start(users_per_room="1")["success"]
    # then each user makes a room of their own, and greets often
    wait_until(lambda: page.counts().get(BROADCAST, 0) >= 20, "twenty greetings")
    assert page.counts()["make room"] == 3


def test_a_bad_value_in_the_web_form_is_named_and_starts_nothing(page: Page) -> None:
    for fields, said in (
        ({"pause": "soon"}, "pause: 'soon' is not a number of seconds"),
        ({"seed": ""}, "seed: '' is not a whole number"),
        ({"shape": "circle"}, "shape: 'circle' is none of none, countdown"),
    ):
        answer = page.start(**fields)
        assert not answer["success"]
        assert said in answer["message"]
    assert page.now()["state"] == "ready"


def test_the_web_form_chooses_a_shape_and_none_again(page: Page) -> None:
    # given a run that follows a shape
    assert "Shape" in page.start(shape="steps", user_count="4", run_time="60s")["message"]
    wait_until(lambda: page.now()["user_count"] == 1, "the first step")
    # then it cannot be changed on the way
    assert "stop the test before you change it" in page.start(shape="none")["message"]
    # when it is stopped, the next run follows none
    page.stop()
    assert page.start(shape="none", run_time="60s")["success"]
    wait_until(lambda: page.now()["user_count"] == 3, "all users at once")


@pytest.mark.parametrize("page", [["--class-picker"]], indirect=True)
def test_the_class_picker_offers_kinds_weights_and_shapes(page: Page) -> None:
    text = requests.get(page.url, timeout=5).text
    assert all(name in text for name in ("Reveller", "Reader", "Commuter", "countdown", "weight"))
    # the form's own field would be overruled by the picker's
    refused = page.start(shape="steps", shape_class="Default")
    assert "choose the shape under Shape Class" in refused["message"]
    # when a kind and a shape are picked
    assert page.start(shape_class="steps", user_classes="Reader", user_count="4")["success"]
    wait_until(lambda: page.counts().get("read history", 0) >= 5, "a reader reads")
    assert page.now()["user_count"] == 1
