"""Listen, serve, and end as the contract asks: what was acknowledged is kept, the rest is refused.

The first signal only sets a flag, which a loop looks at: a signal handler may run in the middle
of anything, and does not wake eventlet's hub. A second one ends the process at once, as SIGKILL
would: the files stay readable, what was not yet stored is lost.
"""

import gc
import ipaddress
import logging
import signal
import socket
import sys
import time
from dataclasses import dataclass
from types import FrameType

import eventlet
from eventlet import wsgi

from observability.metrics import ChatMetrics

from .backlog import Backlog
from .connections import ChatServer
from .polling import WSGIApp
from .presence import Presence
from .slow_readers import SlowReaders
from .status import Status

log = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
POLL_S = 0.02
SEND_BUFFER_BYTES = 65_536
LATECOMERS_S = 0.3  # of the farewell's time, if the drain has used up its own
FAREWELL_S = 0.8  # for the last packets and the closing frames to reach the clients
MAX_CONNECTIONS = 10_000  # the library's own limit of 1,024 ends before a New Year's party does


@dataclass(frozen=True)
class App:
    """One chat server, put together: the WSGI application and what serving must know of it."""

    package: str
    wsgi: WSGIApp
    sio: ChatServer
    presence: Presence
    backlog: Backlog
    metrics: ChatMetrics
    status: Status
    drain_s: float


class HttpProtocol(wsgi.HttpProtocol):
    """HTTP requests; the library's own writes of malformed ones past our log, unescaped."""

    def log_message(self, format: str, *values: object) -> None:
        """Note a request that cannot be read."""
        log.debug("refused a request: %s", format % values)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises OSError if the address is taken or not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener: socket.socket = eventlet.listen((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = f"cannot listen on port {port} of {host}: {error.strerror}"
        raise OSError(f"{reason}; choose another with --port, or 0 for any free one") from error
    # Without it, a small frame may wait 40 ms for the acknowledgement of the one before.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # By default the system keeps up to 4 MB for a client, and tells of progress when a third of
    # that has gone: a slow client would look like one that takes nothing.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return listener


def address(listener: socket.socket) -> str:
    """Where the server is to be found, to open in a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine can reach it."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


def serve(app: App, listener: socket.socket) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Returns the process's exit code."""
    asked_to_stop: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        asked_to_stop.append(number)

    for number in STOP_SIGNALS:
        signal.signal(number, remember)
    eventlet.spawn(
        wsgi.server, listener, app.wsgi, max_size=MAX_CONNECTIONS, log_output=False, debug=False,
        protocol=HttpProtocol,
    )  # fmt: skip
    eventlet.spawn(app.status.report)
    eventlet.spawn(SlowReaders(app.sio, app.presence, app.backlog, app.metrics).watch)
    # All that is there now stays: without this, Python would look through it again and again, for
    # 20 to 30 ms at a time, during which nobody is served.
    gc.collect()
    gc.freeze()
    app.status.ready = True
    if not is_loopback(listener):
        log.warning("whoever reaches this machine reaches the server, at %s", address(listener))
    sys.stdout.write(f"{app.package} serves at {address(listener)}\n")
    sys.stdout.flush()
    while not asked_to_stop:
        eventlet.sleep(POLL_S)
    return drain(app)


def drain(app: App) -> int:
    """Refuse what is new, finish what was accepted, say goodbye. Returns the exit code."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)  # the next one ends the process
    log.info("shutting down: %d messages to finish", app.backlog.messages)
    app.status.ready = False
    app.backlog.closed = True
    deadline_s = time.monotonic() + app.drain_s
    while app.backlog.messages and time.monotonic() < deadline_s:
        eventlet.sleep(POLL_S)
    answer_latecomers(app.metrics)
    left = app.backlog.messages
    if left:
        log.error("%d messages could not be finished within %.1f s", left, app.drain_s)
    say_goodbye(app.sio, deadline_s + FAREWELL_S)
    app.status.tell()
    return 1 if left or app.backlog.storage_failing else 0


def answer_latecomers(metrics: ChatMetrics) -> None:
    """Let handlers acknowledge the last messages, and refuse what was sent before anybody knew.

    Until nothing more comes, and not for long: somebody may go on sending for ever.
    """
    until_s = time.monotonic() + LATECOMERS_S
    refused_before = None
    while time.monotonic() < until_s and metrics.refused != refused_before:
        refused_before = dict(metrics.refused)
        eventlet.sleep(POLL_S)


def say_goodbye(sio: ChatServer, deadline_s: float) -> None:
    """Close all connections, and wait until their clients have taken what was sent to them."""
    sio.shutdown()  # its own task would forget connections that still have something to take
    connections = sio.eio.sockets
    for connection in list(connections.values()):
        connection.close(wait=False)  # sends what is queued for the client, then a closing frame
    last_taken_s = time.monotonic()
    while connections and time.monotonic() < min(deadline_s, last_taken_s + FAREWELL_S):
        if any(connection.queue.waiting_bytes for connection in connections.values()):
            last_taken_s = time.monotonic()
        eventlet.sleep(POLL_S)
