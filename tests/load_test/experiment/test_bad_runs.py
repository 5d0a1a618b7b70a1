"""Runs on servers that break the contract on purpose: the books tell what went wrong."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from load_test.experiment.arrivals import make_schedule
from load_test.experiment.evening import Evening
from load_test.experiment.ledger import Books
from load_test.experiment.load import Load
from load_test.experiment.prepared import Prepared
from load_test.experiment.processes import ProcessFailed
from load_test.experiment.run import RunRecord, run_once
from load_test.experiment.servers import Package
from tests.load_test.bad_servers import catalogue
from tests.load_test.bad_servers.catalogue import (
    Environment,
    Fault,
    nothing_left_behind,
    with_fault,
)

pytestmark = pytest.mark.slow

MOST_S = 20.0  # of a run that takes 2 s when all goes well


@pytest.fixture(autouse=True)
def environment() -> Iterator[Environment]:
    """What the servers of a test get; after it none of them is left."""
    with nothing_left_behind() as environment:
        yield environment


@pytest.fixture
def run(
    prepared: Prepared, settings: Evening, tmp_path: Path, environment: Environment
) -> Callable[[Package], RunRecord]:
    """Makes a short run with a server."""
    short = dataclasses.replace(
        settings, rate_per_s=20, burst_messages=4, finish_s=1.0, lone_messages=0
    )
    load = Load.make(short.phases, make_schedule(short.phases, short), prepared)

    def run(package: Package) -> RunRecord:
        return run_once(
            package, prepared, load, tmp_path / "data", tmp_path / "log", environment,
            lambda *_: None,
        )  # fmt: skip

    return run


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (catalogue.NEVER_DELIVERS, {"lost"}),
        (catalogue.TALKS_NONSENSE, {"lost", "unreadable"}),
        (catalogue.DELIVERS_TWICE, {"doubled"}),
        (catalogue.DELIVERS_TO_STRANGERS, {"strangers"}),
        (catalogue.FAILS_WHAT_IT_DELIVERED, {"answered_twice"}),
    ],
)
def test_one_that_breaks_the_contract(
    run: Callable[[Package], RunRecord], tmp_path: Path, fault: Fault, found: set[str]
) -> None:
    record = run(with_fault(fault, tmp_path))

    books: Books = record.ledger.books()
    sums = dataclasses.asdict(books)
    assert {name for name, count in sums.items() if count} == found
    assert all(sums[name] >= len(record.schedule) for name in found)
    assert record.exit_code == 0


def test_one_that_stops_in_the_middle_of_a_run(
    run: Callable[[Package], RunRecord], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("load_test.experiment.run.DRAIN_S", 0.5)
    began_s = time.monotonic()

    with pytest.raises(ProcessFailed, match="did not end within 0.5 s of SIGTERM"):
        run(with_fault(catalogue.STOPS, tmp_path))

    assert time.monotonic() - began_s < MOST_S
