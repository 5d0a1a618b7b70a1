"""Chat servers with one thing wrong: copies of the challenge, in which one text is replaced."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from load_test.experiment.family import alive, bearers
from load_test.experiment.processes import PROJECT
from load_test.experiment.servers import Package

BROADCAST = 'self._sio.emit("message", message.event(), to=message.room_id)'
Environment = dict[str, str]
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Fault:
    """What is replaced in which file of `challenge`."""

    file: str
    right: str
    wrong: str


NEVER_DELIVERS = Fault("socket_handler.py", BROADCAST, "pass")
DELIVERS_TWICE = Fault("socket_handler.py", BROADCAST, f"{BROADCAST}; {BROADCAST}")
DELIVERS_TO_STRANGERS = Fault(
    "socket_handler.py", BROADCAST, 'self._sio.emit("message", message.event())'
)
FAILS_WHAT_IT_DELIVERED = Fault(
    "socket_handler.py",
    BROADCAST,
    f"""{BROADCAST}
        failed = {{"code": "internal", "id": message.id, "clientId": message.client_id}}
        self._sio.emit("error", failed, to=message.room_id)""",
)
TALKS_NONSENSE = Fault("socket_handler.py", BROADCAST, 'self._sio.emit("message", "nonsense")')
# As a laptop does to all when it is closed: the process is there, and does nothing.
STOPS = Fault(
    "socket_handler.py", BROADCAST, "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
)


def bad_server(name: str) -> Package:
    """One of the packages beside this file."""
    return Package(name, FOLDER)


def with_fault(fault: Fault, folder: Path) -> Package:
    """A copy of the challenge with that fault, as a package in `folder`."""
    shutil.copytree(PROJECT / "challenge", folder / "faulty")
    path = folder / "faulty" / fault.file
    source = path.read_text(encoding="utf-8")
    assert source.count(fault.right) == 1, f"{fault.right} is not once in {fault.file}"
    path.write_text(source.replace(fault.right, fault.wrong), encoding="utf-8")
    return Package("faulty", folder)


@contextmanager
def nothing_left_behind() -> Iterator[Environment]:
    """An environment for servers; at the end no process has it any more."""
    name = f"BAD_SERVER_TEST_{secrets.token_hex(4)}"
    yield {name: "1", "OTEL_TRACES_EXPORTER": "none"}
    assert alive(bearers(name)) == []
