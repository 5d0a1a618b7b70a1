"""Child processes over a data folder: what they do, how they are started, what they report.

They are forked from a process that has imported everything and started nothing (no hub, no
threads), so a start takes milliseconds. The alternative, an interpreter for each, takes half a
second, and a fork of the running parent would copy its hub and its locks in any state.
"""

import multiprocessing
import random
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import eventlet

from challenge.models import Message
from tests.faults import quiet_eventlet
from tests.faults.storage_servers import POLL_S, Storage, log_lines, mark

HEALING, STORING, FULL = "healing", "storing", "full"  # what a child reports beside its messages
MOST_AT_ONCE, MOST_WAITING, MOST_WORDS = 5, 20, 100
MANY_PER_FILE = 10_000  # so that it is the disk that ends a file
SETTLED_S = 10
REPORT_S = 20  # a child that says nothing for so long hangs


@dataclass
class Child:
    """A running child, and our end of the pipe between us."""

    process: ForkServerProcess
    pipe: Connection

    def next_report(self) -> str | None:
        """What it says next; None once it has ended."""
        try:
            if not self.pipe.poll(REPORT_S):
                raise TimeoutError(f"a child of an experiment said nothing for {REPORT_S} s")
            return self.pipe.recv_bytes().decode()
        except EOFError:
            return None

    def reports_until(self, word: str) -> list[str]:
        """What it says before this word."""
        reports = []
        while (report := self.next_report()) != word:
            if report is None:
                raise RuntimeError("a child of an experiment ended by itself; see above why")
            reports.append(report)
        return reports

    def last_reports(self) -> list[str]:
        """What it says, or said, until its end."""
        return list(iter(self.next_report, None))


@contextmanager
def child(work: Callable[..., None], *arguments: Any) -> Iterator[Child]:
    """Run `work(*arguments, pipe)` in a process of its own; killed at the end at the latest."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", quiet_eventlet.__name__, __name__])
    ours, its = context.Pipe()
    process = context.Process(target=work, args=(*arguments, its), daemon=True)
    process.start()
    its.close()
    try:
        yield Child(process, ours)
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def store_until_killed(server: str, folder: Path, seed: int, pipe: Connection) -> None:
    """Heal the folder, then store messages and report each that is stored, for ever."""
    choose = random.Random(seed)
    with log_lines():
        pipe.send_bytes(HEALING.encode())
        with Storage(server, folder, partial(_tell, pipe)) as storage:
            pipe.send_bytes(STORING.encode())
            while True:
                if storage.backlog.messages < MOST_WAITING:
                    for _ in range(choose.randint(1, MOST_AT_ONCE)):
                        storage.send("새해 " * choose.randint(1, MOST_WORDS))
                eventlet.sleep(POLL_S)


def store_on_a_full_disk(
    server: str, folder: Path, seed: int, limit_bytes: int, pipe: Connection
) -> None:
    """Store messages until the disk refuses, say so, wait for a word, and finish; say how many.

    With a limit no file may become larger, until the word comes.
    """
    choose = random.Random(seed)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write shall fail, not the process
    if limit_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))
    with log_lines(), Storage(server, folder, partial(_tell, pipe), MANY_PER_FILE) as storage:
        with eventlet.Timeout(SETTLED_S, TimeoutError("the disk did not refuse")):
            while not storage.backlog.storage_failing:
                storage.send("새해 " * choose.randint(1, MOST_WORDS))
                eventlet.sleep(POLL_S)
        pipe.send_bytes(FULL.encode())
        while not pipe.poll():
            eventlet.sleep(POLL_S)
        pipe.recv_bytes()  # or its end would reset the pipe, and what it said would be gone
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        for _ in range(choose.randint(0, MOST_WAITING)):
            storage.send("새해 " * choose.randint(1, MOST_WORDS))
        storage.settled(SETTLED_S)
        pipe.send_bytes(f"{storage.metrics.accepted}".encode())


def _tell(pipe: Connection, message: Message) -> None:
    pipe.send_bytes(mark(message.id, message.content).encode())
