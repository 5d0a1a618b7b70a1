"""Starts the server, the only place that starts anything: ``python -m`` and the folder's name.

eventlet patches the standard library first, so that everything imported below waits in greenlets.
"""

import os
import warnings

# Names are resolved by the system; eventlet's own way adds a quarter to the time of a start.
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
# It tells at import that it is in maintenance; the README says what we think of that.
warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import sys
from pathlib import Path

from observability.logs import set_up_logging
from observability.tracing import set_up_tracing

from .app import create_app
from .config import ServerConfig
from .healing import lock_folder
from .server import listen, serve

TRACES_FAREWELL_S = 1.0  # to send the last spans, of the 5 s that an exit may take


def main() -> int:
    """Run the server until it is told to stop. Returns the process's exit code."""
    package = Path(__file__).parent.name
    config = ServerConfig.from_command_line(package, sys.argv[1:], os.environ)
    set_up_logging(config.log_level, config.log_format)
    try:
        tracing = set_up_tracing(package)
    except ValueError as error:
        sys.stderr.write(f"{package}: {error}\n")
        return 2
    try:
        listener = listen(config.host, config.port)
        lock = lock_folder(config.data_dir)
        app = create_app(config)
    except OSError as error:
        sys.stderr.write(f"{package}: {error}\n")
        return 1
    app.status.traces = tracing.query_url
    app.metrics.spans_dropped = tracing.dropped
    app.metrics.traces_skipped = tracing.skipped
    with lock:
        code = serve(app, listener)
        tracing.close(TRACES_FAREWELL_S)
    return code


if __name__ == "__main__":
    # Greenlets and threads of libraries must not hold up an exit that has done all its work.
    exit_code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)
