"""Who is connected: of each user only so many connections, and none forgotten."""

import pytest

from challenge.errors import RateLimited
from challenge.presence import Presence
from observability.metrics import ChatMetrics


@pytest.fixture
def presence(metrics: ChatMetrics) -> Presence:
    """Nobody is here yet; two connections of one user may be."""
    return Presence(2, metrics)


def test_a_user_is_here_from_the_first_connection_to_the_last(
    presence: Presence, metrics: ChatMetrics
) -> None:
    presence.enter("one", "minji")
    presence.enter("two", "minji")
    presence.enter("three", "alex")
    assert (presence.username("one"), presence.username("three")) == ("minji", "alex")
    assert set(presence.connections("minji")) == {"one", "two"}
    assert metrics.clients == 3

    assert presence.leave("one") is None
    assert presence.leave("two") == "minji"
    assert presence.connections("minji") == ()
    assert presence.username("two") is None
    assert metrics.clients == 1


def test_one_connection_too_many_is_refused_until_another_ends(presence: Presence) -> None:
    presence.enter("one", "minji")
    presence.enter("two", "minji")
    with pytest.raises(RateLimited, match="at most 2 connections.*--max-connections-per-user"):
        presence.enter("three", "minji")
    assert presence.username("three") is None
    presence.enter("three", "alex")  # others have their own
    presence.leave("one")
    presence.enter("four", "minji")


@pytest.mark.parametrize("sid", ["never seen", None])
def test_a_connection_that_never_entered_is_nobodys(presence: Presence, sid: str | None) -> None:
    assert presence.username(sid) is None


def test_leaving_twice_is_once(presence: Presence, metrics: ChatMetrics) -> None:
    presence.enter("one", "minji")
    assert presence.leave("one") == "minji"
    assert presence.leave("one") is None
    assert metrics.clients == 0
