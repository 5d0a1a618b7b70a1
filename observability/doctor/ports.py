"""The ports of the workshop: free, ours, or somebody else's, and whose."""

import socket

import psutil

from observability.doctor.finding import Finding, ok, warning

LOOPBACK = "127.0.0.1"
SHOWN_CHARACTERS = 60  # of a command line
OURS = ("challenge", "solution", "attempt", "trace_store", "locust", "jupyter", "jaeger", "docker")
# What listens where, and how to have it listen elsewhere.
PORTS = {
    4000: ("attempt", "python -m attempt --port 0"),
    4001: ("challenge", 'make challenge FLAGS="--port 0"'),
    4002: ("solution", 'make solution FLAGS="--port 0"'),
    14268: ("spans", 'make traces FLAGS="--thrift-port 14269", and OTEL_EXPORTER_JAEGER_ENDPOINT'),
    4318: ("spans as OTLP", 'make traces FLAGS="--otlp-port 4319"'),
    16686: ("the page of traces", 'make traces FLAGS="--query-port 16687", and JAEGER_QUERY_URL'),
    8089: ("Locust", 'make load FLAGS="--web-port 8090"'),
    8888: ("notebooks", "JupyterLab takes the next free one by itself"),
    9090: ("Prometheus", "only make up needs it"),
    3000: ("Grafana", "only make up needs it"),
}


def check_port(port: int) -> Finding:
    """Whether a port is free, or who holds it."""
    purpose, elsewhere = PORTS[port]
    what = f"port {port}, {purpose}"
    if is_free(port):
        return ok(what, "free")
    holder = holder_of(port)
    if any(name in holder for name in OURS):
        return ok(what, f"in use by {holder}")
    return warning(what, f"taken by {holder}", f"end that, or use another port: {elsewhere}")


def is_free(port: int) -> bool:
    """Whether nobody on this machine listens on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def holder_of(port: int) -> str:
    """The process that listens on a port, as far as the system tells us."""
    try:
        for each in psutil.net_connections("tcp"):
            listens = each.status == psutil.CONN_LISTEN and getattr(each.laddr, "port", 0) == port
            if listens and each.pid:
                process = psutil.Process(each.pid)
                shown = " ".join(process.cmdline())[:SHOWN_CHARACTERS] or process.name()
                return f"process {each.pid} ({shown})"
    except (psutil.Error, PermissionError):  # macOS tells only root
        pass
    return f"a process of somebody else's (to see whose: sudo lsof -i :{port})"
