"""A client that does not take what it is sent is cut, and nobody else."""

from collections.abc import Callable, Iterator

import eventlet
import pytest

from challenge import slow_readers
from challenge.backlog import Backlog
from challenge.connections import ChatServer
from challenge.outbox import STALLED_BYTES
from challenge.presence import Presence
from challenge.slow_readers import SlowReaders
from observability.metrics import ChatMetrics
from tests.challenge.polling import Polling
from tests.conftest import wait_until

MUCH = "x" * (STALLED_BYTES + 1)


@pytest.fixture
def sio(
    backlog: Backlog, metrics: ChatMetrics, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ChatServer]:
    """A server that looks often at what waits for its clients."""
    monkeypatch.setattr(slow_readers, "LOOK_INTERVAL_S", 0.002)
    server = ChatServer(max_frame_bytes=2_000)
    presence = Presence(2, metrics)
    server.on("connect", lambda sid, environ: presence.enter(sid, "minji"))
    server.on("disconnect", lambda sid, reason: presence.leave(sid))
    watching = eventlet.spawn(SlowReaders(server, presence, backlog, metrics).watch)
    yield server
    watching.kill()
    server.shutdown()


def cut(metrics: ChatMetrics, count: int) -> Callable[[], bool]:
    """Whether so many have been cut."""
    return lambda: metrics.slow_clients_cut == count


def test_who_takes_nothing_is_cut_and_told_of(
    sio: ChatServer, metrics: ChatMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    # given two clients, one of which takes nothing
    stalled, healthy = Polling(sio), Polling(sio)
    assert metrics.clients == 2

    # when both are sent much
    sio.emit("news", MUCH)
    assert len(healthy.receive()) == 1

    # then that one is cut, with a reason, and the other goes on
    wait_until(cut(metrics, 1), "a client cut")
    assert "cut off a connection of minji: it took none of 1,000," in caplog.text
    assert metrics.clients == 1
    assert len(sio.eio.sockets) == 1
    assert stalled.post("3").status_code == 400
    sio.emit("news", "goodbye")
    assert healthy.receive() == ['42["news","goodbye"]']


def test_nobody_is_cut_while_the_server_drains(
    sio: ChatServer, backlog: Backlog, metrics: ChatMetrics
) -> None:
    slow = Polling(sio)
    backlog.closed = True
    sio.emit("news", MUCH)
    for _ in range(20):
        eventlet.sleep(0.002)
    assert metrics.slow_clients_cut == 0
    assert len(slow.receive()) == 1
