"""Everything that runs, in one folder: servers, the trace store, Prometheus; gone at the end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from load_test.experiment.prepared import ONE_FILE, UNTRACED
from load_test.experiment.processes import PythonProcess
from load_test.experiment.servers import Package, Server
from load_test.experiment.traces import ADDRESSES, ENDPOINT, EXPORTER
from tests.faults.crowd_folder import prepare_folder
from tests.faults.crowd_guests import Guests
from tests.stack.configuration import write_configuration
from tests.stack.prometheus import Prometheus, free_port

STORE_START_S = 20.0
STORE_FLAGS = ("--thrift-port", "0", "--otlp-port", "0", "--query-port", "0")


@dataclass(frozen=True, kw_only=True)
class Role:
    """A server as it is started; Prometheus knows it as `job`. `messages`: that may be sent."""

    job: str
    package: Package
    users: int
    rooms: int = 1
    messages: int
    flags: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    traced: bool = False


@dataclass(frozen=True)
class Stage:
    """The servers and the people before them, by job; their trace store; and Prometheus.

    What belongs to a job is in a folder of its name in `folder`.
    """

    folder: Path
    servers: Mapping[str, Server]
    guests: Mapping[str, Guests]
    store: PythonProcess
    prometheus: Prometheus


@contextmanager
def open_stage(roles: Sequence[Role], folder: Path) -> Iterator[Stage]:
    """Start everything. Raises ProcessFailed or PrometheusFailed."""
    with ExitStack() as stack:
        flags = (*STORE_FLAGS, "--db", str(folder / "traces.db"))
        store = stack.enter_context(
            PythonProcess("observability.trace_store", flags, folder / "store.log", {})
        )
        collector = store.wait_for_line(ADDRESSES, STORE_START_S)[1]
        traced = {
            EXPORTER: "jaeger",
            ENDPOINT: f"{collector}/api/traces?format=jaeger.thrift",
        }
        servers, guests = {}, {}
        for role in roles:
            own = folder / role.job
            prepared = prepare_folder(own / "data", role.users, role.rooms)
            environment = {**(traced if role.traced else UNTRACED), **role.environment}
            servers[role.job] = stack.enter_context(
                Server(
                    role.package, own / "data", own / "server.log", environment,
                    (*ONE_FILE, *role.flags),
                )
            )  # fmt: skip
            guests[role.job] = Guests(prepared, role.messages)
        port = free_port()
        addresses = {job: server.url.removeprefix("http://") for job, server in servers.items()}
        config = write_configuration({**addresses, "prometheus": f"127.0.0.1:{port}"}, folder)
        prometheus = stack.enter_context(Prometheus(config, folder, port))
        yield Stage(folder, servers, guests, store, prometheus)
