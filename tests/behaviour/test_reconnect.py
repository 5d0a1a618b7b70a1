"""Who comes back gets every message once, in order, whatever happened meanwhile."""

import itertools
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.behaviour.client import ChatUser, contents
from tests.behaviour.conftest import Start
from tests.behaviour.servers import wait_until

PAGE = 10  # smaller than the gaps, so that catching up takes several requests
GAP = 25
PAUSE_S = 0.02  # between two messages


class Returner(ChatUser):
    """A user who comes back with ``?after=``, the last message that they saw."""

    def come_back(self, room: str) -> None:
        """Connect, then put what was missed between what was seen before and what comes live.

        In this order: whatever is stored after the last page comes live. A message that comes
        both ways is known by its id.
        """
        seen = self.messages
        self.messages = []
        self.connect()
        while page := self.history(room, limit=PAGE, after=seen[-1]["id"]):
            seen = seen + page
        self.messages[:0] = seen

    @property
    def told(self) -> list[str]:
        """The contents of all messages, each once."""
        return contents(list({message["id"]: message for message in self.messages}.values()))


class Talker:
    """Somebody who goes on sending, and knows what was accepted."""

    def __init__(self, user: ChatUser, room: str) -> None:
        self.accepted: list[str] = []
        self._user, self._room = user, room
        self._heard_before = len(user.messages)
        self._over = threading.Event()

    @contextmanager
    def talking(self) -> Iterator[None]:
        """Send a message after the other, from a thread, while the context lasts; at its end all
        that was accepted has come back.
        """
        thread = threading.Thread(target=self._talk)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
        self._user.wait_for(self._heard_before + len(self.accepted))

    def wait_for_more(self, count: int) -> None:
        """Wait until so many more messages were accepted."""
        enough = len(self.accepted) + count
        wait_until(lambda: len(self.accepted) >= enough, f"{count} more messages")

    def _talk(self) -> None:
        for number in itertools.count():
            if self._over.wait(PAUSE_S):
                return
            answer = self._user.send(self._room, f"number {number}")
            assert answer["status"] in ("stored", "queued"), answer
            self.accepted.append(f"number {number}")


@pytest.mark.slow
def test_a_cut_connection_costs_no_message(start: Start) -> None:
    # given a room where somebody does not stop to talk, in files of ten messages
    server = start("--max-messages-per-file", "10")
    with ChatUser(server) as other, Returner(server) as user:
        room = other.room(user)
        talker = Talker(other, room)
        with talker.talking():
            for _ in range(3):
                # when a connection is cut without a goodbye, and its user comes back later
                talker.wait_for_more(5)
                wait_until(lambda: user.messages, "a message seen")
                user.socket.eio.ws.shutdown()
                wait_until(lambda: not user.socket.connected, "the cut noticed")
                talker.wait_for_more(GAP)
                user.come_back(room)

        # then they have every message once, in order, as the history does
        wait_until(lambda: len(user.told) >= len(talker.accepted), "the last message")
        assert user.told == talker.accepted == contents(user.whole_history(room))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_costs_no_message(start: Start, number: int) -> None:
    # given two members, one of whom goes away
    flags = ("--max-messages-per-file", "10")
    server = start(*flags)
    other, user = ChatUser(server).connect(), Returner(server).connect()
    room = other.room(user)
    other.send(room, "seen")
    user.wait_for(1)
    user.hang_up()

    # when messages come before the server ends, and after it has started again
    before = [f"before {each}" for each in range(GAP)]
    other.start_sending(room, before, [])
    other.wait_for(1 + GAP)
    server.stop(number)
    wait_until(lambda: not other.socket.connected, "the end noticed")
    other.hang_up()
    start(*flags, port=server.port)
    after = [f"after {each}" for each in range(GAP)]
    with other:
        other.start_sending(room, after, [])
        other.wait_for(1 + 2 * GAP)

        # then who comes back has every message once, in order, and what follows
        user.come_back(room)
        other.send(room, "live")
        wait_until(lambda: len(user.told) >= 2 + 2 * GAP, "the live message")
    assert user.told == ["seen", *before, *after, "live"]
    user.hang_up()
