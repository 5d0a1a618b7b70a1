"""What each kind of guest does, and that a commuter notices a server that forgets."""

import shutil
from pathlib import Path

import pytest

from tests.behaviour.servers import ROOT, ServerProcess
from tests.load_test.locust_runs import (
    ACKNOWLEDGED,
    BROADCAST,
    END_S,
    greeted,
    headless,
    locust,
    rows_of,
)

pytestmark = pytest.mark.slow

WHAT_OTHERS_DO = {
    "Reveller": {"leave room", "join room again"},
    "Reader": {"read history"},
    "Commuter": {"catch up", "read history"},
}


def visit(server: ServerProcess, log: Path, kind: str, *flags: str) -> str:
    """Let two users of a kind and two revellers send 200 greetings; what Locust logged."""
    kinds = ["--users", "4", *flags, kind, "Reveller"]
    with locust(log, ROOT, *headless(server), *kinds) as process:
        greeted(server, 200)
        process.terminate()
        process.wait(END_S)
    return log.read_text()


@pytest.mark.parametrize("kind", WHAT_OTHERS_DO)
def test_each_kind_has_something_of_its_own_to_do(kind: str, tmp_path: Path) -> None:
    with ServerProcess("solution", tmp_path / "server") as server:
        visit(server, tmp_path / "log", kind, "--json-file", str(tmp_path / "result"))
    rows = rows_of(tmp_path / "result")
    assert {name for name, row in rows.items() if row["num_failures"]} == set()
    assert set(rows) >= {ACKNOWLEDGED, BROADCAST} | WHAT_OTHERS_DO[kind]
    assert rows[ACKNOWLEDGED]["num_requests"] == rows[BROADCAST]["num_requests"]


@pytest.mark.parametrize(
    ("after_that_message", "fault"), [("position + 2", "missed"), ("position", "came twice")]
)
def test_a_commuter_notices_what_went_wrong_in_the_tunnel(
    after_that_message: str, fault: str, tmp_path: Path
) -> None:
    # given a server whose answer to `after` begins one message too late, or too early
    shutil.copytree(ROOT / "challenge", tmp_path / "forgetful")
    history = tmp_path / "forgetful" / "history.py"
    right = "inside[position + 1 :]"
    assert right in history.read_text()
    history.write_text(history.read_text().replace(right, f"inside[{after_that_message} :]"))
    # when commuters come back to it
    with ServerProcess("forgetful", tmp_path / "server", module_path=tmp_path) as server:
        report = visit(server, tmp_path / "log", "Commuter").rpartition("Error report")[2]
    # then each message concerned is a failure of its own, and there are no others
    failures = [line for line in report.splitlines() if "WS " in line]
    assert len(failures) == 1
    assert f"WS message on coming back: {fault}" in failures[0]
