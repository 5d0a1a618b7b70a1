"""Several Locust processes: the totals agree with the server's, also when a worker is lost."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from load_test.experiment.family import alive
from tests.behaviour.servers import ROOT, ServerProcess, wait_until
from tests.load_test.locust_runs import (
    ACKNOWLEDGED,
    BROADCAST,
    Locust,
    end,
    free_port,
    greeted,
    headless,
    locust,
    rows_of,
)

pytestmark = pytest.mark.slow

WORKERS = 4
TOTALS = re.compile(r"greetings: (\S+) sent, (\S+) delivered, (\S+) undelivered, (\S+) refused")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A solution that serves."""
    with ServerProcess("solution", tmp_path / "server") as running:
        yield running


def totals(log: str) -> list[int]:
    """Sent, delivered, undelivered, refused, as the master says them."""
    found = TOTALS.findall(log)
    assert len(found) == 1, log
    return [int(number.replace(",", "")) for number in found[0]]


def eight_users(server: ServerProcess, port: int, result: Path) -> list[str]:
    """The flags of a master for eight users."""
    flags = headless(server, "--users", "8", "--json-file", str(result))
    return [*flags, "--master-bind-host", "127.0.0.1", "--master-bind-port", str(port)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_four_processes_count_what_the_server_stored(
    number: int, server: ServerProcess, tmp_path: Path
) -> None:
    port, result = free_port(), tmp_path / "result"
    flags = [*eight_users(server, port, result), "--master-port", str(port)]
    with locust(tmp_path / "log", ROOT, *flags, "--processes", str(WORKERS)) as master:
        greeted(server, 200)
        workers = psutil.Process(master.pid).children()
        if number == signal.SIGINT:  # Ctrl-C on a terminal reaches all of them
            os.killpg(master.pid, number)
        else:
            master.send_signal(number)
        log = end(master, tmp_path / "log")
        psutil.wait_procs(workers, timeout=10)
    # then nothing is left running, and all agree
    assert len(workers) == WORKERS
    assert alive(workers) == []
    stored = server.metric("chat_messages_stored_total")
    assert totals(log) == [stored, stored, 0, 0]
    rows = rows_of(result)
    assert rows[ACKNOWLEDGED]["num_requests"] == rows[BROADCAST]["num_requests"] == stored
    assert rows["make room"]["num_requests"] == WORKERS  # each process has its own
    assert rows["sign up"]["num_requests"] == 8


def test_refusals_and_losses_of_all_processes_are_added(tmp_path: Path) -> None:
    port, result = free_port(), tmp_path / "result"
    # given a server that takes five messages and does not store them for a minute
    limits = ("--max-queue-messages", "5", "--flush-interval-ms", "60000")
    with ServerProcess("solution", tmp_path / "server", *limits) as full:
        flags = [*eight_users(full, port, result), "--master-port", str(port)]
        with locust(tmp_path / "log", ROOT, *flags, "--processes", str(WORKERS)) as master:
            refused = 'chat_messages_refused_total{reason="queue_full"}'
            wait_until(lambda: full.metric(refused) >= 50, "greetings refused", timeout_s=20)
            master.terminate()
            log = end(master, tmp_path / "log", expected=1)
        # then those that it took never came, and the others were refused
        count = int(full.metric(refused))
        assert totals(log) == [5 + count, 0, 5, count]


def test_users_of_a_lost_worker_are_told_apart_from_lost_messages(
    server: ServerProcess, tmp_path: Path
) -> None:
    port, result = free_port(), tmp_path / "result"
    with ExitStack() as running:

        def start(name: str, *flags: str) -> Locust:
            return running.enter_context(locust(tmp_path / name, ROOT, *flags))

        # given a master with four workers, which greet
        waiting = ["--master", "--expect-workers", str(WORKERS)]
        master = start("master", *eight_users(server, port, result), *waiting)
        join = ["-f", "load_test/locustfile.py", "--worker", "--master-port", str(port)]
        workers = [start(f"worker {number}", *join) for number in range(WORKERS)]
        greeted(server, 100)
        # when one is killed
        workers[0].kill()
        missing = "setting state to missing"
        wait_until(lambda: missing in (tmp_path / "master").read_text(), "a missing worker")
        # then the others go on, and end as ever
        greeted(server, int(server.metric("chat_messages_stored_total")) + 50)
        master.terminate()
        log = end(master, tmp_path / "master", expected=1)
        assert [worker.wait(10) for worker in workers[1:]] == [0, 0, 0]
    # its users are a line of their own, and no greeting counts as undelivered or refused
    assert "2 users of a worker that was lost" in log
    sent, delivered, undelivered, refused = totals(log)
    assert undelivered == refused == 0
    assert delivered <= sent <= server.metric("chat_messages_accepted_total")
    assert all(row["num_failures"] == 0 for row in rows_of(result).values())
