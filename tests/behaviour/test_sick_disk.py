"""While the disk refuses, nobody is told of a message; once it recovers, everybody is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.behaviour.client import ChatUser, Payload, contents
from tests.behaviour.servers import ServerProcess, wait_until

Start = Callable[..., ServerProcess]

GREETINGS = [f"number {number}" for number in range(10)]
FAILED_TRIES = 3


@contextmanager
def no_writing(server: ServerProcess) -> Iterator[Path]:
    """A disk that refuses: a folder stands where the temporary file has to be."""
    obstacle = server.data_dir / "messages_1.json.tmp"
    obstacle.mkdir()
    yield obstacle
    obstacle.rmdir()


@pytest.mark.parametrize(
    ("package", "ack"),
    [
        ("challenge", "stored"),
        ("solution", "queued"),
        ("solution", "stored"),
        pytest.param("attempt", "stored", marks=pytest.mark.slow),
    ],
    indirect=["package"],
)
def test_nothing_is_told_before_it_is_on_disk(start: Start, package: str, ack: str) -> None:
    # given a server that cannot write, and messages that came meanwhile
    server = start(*(("--ack", ack) if package == "solution" else ()))
    with ChatUser(server) as user:
        room = user.room()
        acks: list[Payload] = []
        with no_writing(server):
            user.start_sending(room, GREETINGS, acks)
            wait_until(lambda: server.log.count("cannot store") >= FAILED_TRIES, "some tries")

            # then those are acknowledged that were queued, and nothing is broadcast
            assert len(acks) == (len(GREETINGS) if ack == "queued" else 0)
            assert user.messages == user.history(room) == []

        # when the disk recovers, then all are stored and told, within a second
        assert contents(user.wait_for(len(GREETINGS), timeout_s=1)) == GREETINGS
        wait_until(lambda: len(acks) == len(GREETINGS), "the acknowledgements")
        assert {answer["status"] for answer in acks} == {ack}
        assert contents(user.history(room)) == GREETINGS
