"""What the ledgers say about an evening, in the time that Prometheus counts."""

import asyncio

import pytest

from load_test.experiment.ledger import Ledger
from tests.stack.evening import PACKAGES, Evening, NotSettled, roles, settle


@pytest.fixture
def evening() -> Evening:
    """Three messages: seen after 0.5 s and 2 s, and never; the ledger's clock began at 1,000 s."""
    ledger = Ledger([0, 0, 0], [0])
    for number in range(3):
        ledger.send(number, 10.0)
    ledger.receive(0, 0, 10.5)
    ledger.receive(0, 1, 12.0)
    return Evening(1_000.0, 1_020.0, 1_030.0, {"challenge": ledger}, clock_s=1_000.0)


def test_deliveries_are_counted_between_two_moments(evening: Evening) -> None:
    assert evening.delivered("challenge", 1_000, 1_030) == 2
    assert evening.delivered("challenge", 1_010.5, 1_030) == 1
    assert evening.delivered("challenge", 1_000, 1_010) == 0


def test_latencies_are_of_what_was_seen(evening: Evening) -> None:
    assert evening.latencies_s("challenge") == [0.5, 2.0]


def test_an_evening_that_does_not_settle_is_no_evening(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.stack.evening.SETTLE_S", 0.1)
    with pytest.raises(NotSettled, match="challenge had 1 messages open after 0 s: is this mach"):
        asyncio.run(settle(evening.ledgers))
    evening.ledgers["challenge"].receive(0, 2, 13.0)
    asyncio.run(settle(evening.ledgers))


def test_both_servers_have_the_same_role() -> None:
    first, second = roles()
    assert (first.job, second.job) == PACKAGES
    assert (first.flags, first.users, first.messages) == (
        second.flags, second.users, second.messages,
    )  # fmt: skip
