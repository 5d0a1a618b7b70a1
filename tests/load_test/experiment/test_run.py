"""One run, on real servers: small, but with all its phases; and servers that go wrong."""

import dataclasses
from pathlib import Path

import pytest

from load_test.experiment.arrivals import make_schedule
from load_test.experiment.evening import Evening
from load_test.experiment.ledger import Books, Ledger
from load_test.experiment.load import Load
from load_test.experiment.prepared import Prepared
from load_test.experiment.processes import PROJECT, ProcessFailed
from load_test.experiment.run import run_once
from load_test.experiment.servers import Package
from load_test.experiment.summary import summarise
from tests.load_test.experiment.conftest import UNTRACED, make_package

# A challenge that does not live long.
DIES = f"""
import runpy, sys, os, threading
sys.path.insert(0, {str(PROJECT)!r})
threading.Timer(2.0, os._exit, [7]).start()
sys.argv[0] = "challenge"
runpy.run_module("challenge", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def load(prepared: Prepared, settings: Evening) -> Load:
    return make_load(prepared, settings)


def make_load(prepared: Prepared, settings: Evening) -> Load:
    schedule = make_schedule(settings.phases, settings)
    return Load.make(settings.phases, schedule, prepared, settings.lone_messages)


@pytest.mark.parametrize(("name", "promise"), [("challenge", "stored"), ("solution", "queued")])
def test_a_run_accounts_for_every_message(
    name: str, promise: str, prepared: Prepared, load: Load, tmp_path: Path
) -> None:
    phases: list[str] = []

    def watch(phase: str, ledger: Ledger | None) -> None:
        phases.append(phase)

    record = run_once(
        Package.find(name), prepared, load, tmp_path / "data", tmp_path / "log", UNTRACED, watch
    )

    run = summarise(record, None)
    messages = len(load.schedule)
    assert phases == ["a lone user", "stream", "midnight", "the server drains"]
    assert (run["sent"], run["delivered"], run["acknowledged"]) == (messages,) * 3
    assert run["acknowledgement"] == promise
    assert record.ledger.books() == Books(0, 0, 0, 0, 0)
    assert record.ledger.unreadable == record.disconnected == 0
    assert run["stored"] == sum(phase["stored"] for phase in run["phases"]) == messages
    assert len(record.lone_ms) == load.lone_messages
    assert run["peak_rss_bytes"] > 10_000_000
    assert record.exit_code == 0
    assert_writes(name, run)


def assert_writes(name: str, run: dict[str, float]) -> None:
    """The lesson, as the counters tell it."""
    if name == "challenge":
        assert run["file_writes_per_message"] == 1
    else:
        assert run["file_writes_per_message"] < 0.8


@pytest.mark.slow
def test_a_server_that_dies_under_load_is_told(
    prepared: Prepared, settings: Evening, tmp_path: Path
) -> None:
    load = make_load(prepared, dataclasses.replace(settings, stream_s=30))
    package = make_package(tmp_path / "theirs", "mortal", DIES)

    with pytest.raises(ProcessFailed, match="mortal (ended with code 7 under load|closed)"):
        run_once(
            package, prepared, load, tmp_path / "data", tmp_path / "log", UNTRACED, lambda *_: None
        )
