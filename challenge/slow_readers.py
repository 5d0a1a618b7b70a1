"""Cuts the clients that do not take what is sent to them.

Engine.IO lets any number of packets wait for a client: one that stops reading costs the memory of
all that its rooms write, until it misses a ping after 45 s. The price of cutting: whoever reads
more slowly than its rooms write must connect again, and ask for what it missed with ``?after=``.
The alternatives are worse: to drop packets leaves gaps that nobody knows of, and to wait for the
client makes everybody as slow as the slowest.
"""

import logging
import socket

import eventlet

from observability.metrics import ChatMetrics

from .backlog import Backlog
from .connections import ChatServer
from .outbox import LOOK_INTERVAL_S
from .presence import Presence

log = logging.getLogger(__name__)


class SlowReaders:
    """Looks at what waits for each client, at intervals."""

    def __init__(
        self, sio: ChatServer, presence: Presence, backlog: Backlog, metrics: ChatMetrics
    ) -> None:
        self._sio = sio
        self._presence = presence
        self._backlog = backlog
        self._metrics = metrics

    def watch(self) -> None:
        """Until the server drains: then all that waited comes at once, and everybody leaves."""
        while not self._backlog.closed:
            for sid, client in list(self._sio.eio.sockets.items()):
                if reason := client.queue.look():
                    self._cut(sid, reason)
            eventlet.sleep(LOOK_INTERVAL_S)

    def _cut(self, eio_sid: str, reason: str) -> None:
        username = self._presence.username(self._sio.manager.sid_from_eio_sid(eio_sid, "/"))
        log.warning("cut off a connection of %s: %s", username, reason)
        self._metrics.slow_clients_cut += 1
        client = self._sio.eio.sockets.pop(eio_sid)
        try:
            # Closing alone would wait for the client to take what was sent before.
            client.connection.shutdown(socket.SHUT_RDWR)
        except (AttributeError, OSError):  # it polls, or has gone already
            pass
        client.close(wait=False, abort=True)
