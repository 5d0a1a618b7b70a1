"""Start the trace store: `python -m observability.trace_store`, listening where Jaeger listens.

When it serves it says one line on standard output, for people and for the process that started it:

    trace store: thrift=http://HOST:PORT otlp=http://HOST:PORT query=http://HOST:PORT db=FILE

SIGTERM or Ctrl-C ends it: what is being stored is stored, the file is closed, exit code 0. The
same file can be served again. Exit code 1: a port is taken; 2: a flag is wrong.
"""

import logging
import signal
import socket
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import waitress

from observability.trace_store.arguments import PROGRAM, read_arguments
from observability.trace_store.intake_app import (
    MAX_BODY_BYTES,
    create_otlp_app,
    create_thrift_app,
)
from observability.trace_store.query_app import create_query_app
from observability.trace_store.schema import StoreError
from observability.trace_store.store import Store
from observability.trace_store.too_large import refuse_as_jaeger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# A large answer holds a thread while it is sent; posts need some beside it.
THREADS = 8
MAX_CONNECTIONS = 1000
# A post of 64 spans fits; what is larger waits in a file for its thread, and not in memory.
BODY_BYTES_IN_MEMORY = 64 * 1024
# In small pieces a chunk's length without end would be copied over and over, for ten seconds.
READ_BYTES = 64 * 1024
# Repeated fields are joined one by one: with waitress's 256 kB that would stop all for a second.
MAX_HEADER_BYTES = 64 * 1024
# A client that stopped reading must not hold up the end; the whole end takes less than 2 s.
DRAIN_S = 1.0


def main() -> int:
    """Listen, open the file, serve until told to stop. Returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # It warns whenever a post waits for a thread, which is what its queue is for.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    arguments = read_arguments(sys.argv[1:])
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        sockets = [
            _listen(arguments.host, arguments.thrift_port, "--thrift-port"),
            _listen(arguments.host, arguments.otlp_port, "--otlp-port"),
            _listen(arguments.host, arguments.query_port, "--query-port"),
        ]
    except OSError as error:
        return _failed(1, error)
    with ExitStack() as cleanup:
        path = arguments.db
        if path is None:
            path = (
                Path(cleanup.enter_context(TemporaryDirectory(prefix="trace-store-"))) / "traces.db"
            )
        try:
            store = Store(path, arguments.max_traces, arguments.max_megabytes)
        except StoreError as error:
            return _failed(2, error)
        cleanup.callback(store.close)
        _serve(store, sockets, path, stop)
    return 0


def _serve(store: Store, sockets: list[socket.socket], path: Path, stop: threading.Event) -> None:
    """Serve the three addresses until `stop`, then let running requests end."""
    apps = {
        str(listening.getsockname()[1]): make_app(store)
        for listening, make_app in zip(
            sockets, (create_thrift_app, create_otlp_app, create_query_app), strict=True
        )
    }
    refuse_as_jaeger(thrift_port=next(iter(apps)))
    server = waitress.create_server(
        _by_port(apps),
        sockets=sockets,
        threads=THREADS,
        connection_limit=MAX_CONNECTIONS,
        max_request_body_size=MAX_BODY_BYTES,
        max_request_header_size=MAX_HEADER_BYTES,
        inbuf_overflow=BODY_BYTES_IN_MEMORY,
        recv_bytes=READ_BYTES,
        asyncore_use_poll=True,
        ident=None,
    )
    # The main thread is kept free: signals reach it at once, whatever the server is doing.
    threading.Thread(target=server.run, name="server", daemon=True).start()
    thrift, otlp, query = (_url(listening) for listening in sockets)
    sys.stdout.write(f"trace store: thrift={thrift} otlp={otlp} query={query} db={path}\n")
    sys.stdout.flush()
    stop.wait()
    server.task_dispatcher.shutdown(timeout=DRAIN_S)


def _by_port(apps: "Mapping[str, WSGIApplication]") -> "WSGIApplication":
    """One application out of several: the port that was asked chooses."""

    def application(
        environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        return apps[environ["SERVER_PORT"]](environ, start_response)

    return application


def _listen(host: str, port: int, flag: str) -> socket.socket:
    """A listening socket. Raises OSError that names what to change."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise OSError(
            f"cannot listen on {host} port {port} ({error.strerror}): "
            f"stop what uses it, or change {flag} (0 takes any free port) or --host"
        ) from error


def _failed(code: int, error: Exception) -> int:
    sys.stderr.write(f"{PROGRAM}: {error}\n")
    return code


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


if __name__ == "__main__":
    sys.exit(main())
