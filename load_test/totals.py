"""What became of all greetings, over all Locust processes, and of workers that were lost.

Locust's master ends a run half a second after it told its workers to, and never learns what they
still report. Ours waits for them: greetings under way get their time, and the totals agree.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.lock import Semaphore
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from load_test.chat_user import (
    ACKNOWLEDGED,
    BROADCAST,
    FAREWELL_S,
    LAST_DELIVERIES_S,
    POLL_S,
    SOCKET,
    UNACKNOWLEDGED,
    UNDELIVERED,
)

SILENCE_S = 5.0  # after which Locust's master takes a worker for lost
LAST_REPORTS_S = LAST_DELIVERIES_S + FAREWELL_S + SILENCE_S

STOP_NOW = "stop now"  # from the master to a worker
STOPPED = "stopped"  # from a worker to the master, after its last report

logger = logging.getLogger(__name__)


def keep_totals(environment: Environment, sent: Callable[[], int]) -> None:
    """Let this process do its part; `sent` tells how many greetings its own users sent."""
    if isinstance(environment.runner, WorkerRunner):
        Worker(environment, environment.runner, sent)
    elif isinstance(environment.runner, MasterRunner):
        Master(environment, environment.runner)
    else:
        environment.events.test_stop.add_listener(
            lambda **_: logger.info(in_words(environment, sent()))
        )


def in_words(environment: Environment, sent: int) -> str:
    """What became of so many greetings, by Locust's statistics."""
    row = environment.stats.get(BROADCAST, SOCKET)
    delivered = row.num_requests - row.num_failures
    undelivered = refused = 0
    for error in environment.stats.errors.values():
        if error.error == UNDELIVERED:
            undelivered += error.occurrences
        elif error.name in (ACKNOWLEDGED, BROADCAST) and error.error != UNACKNOWLEDGED:
            refused += error.occurrences
    text = (
        f"greetings: {sent:,} sent, {delivered:,} delivered, {undelivered:,} undelivered, "
        f"{refused:,} refused"
    )
    unknown = sent - delivered - undelivered - refused
    return f"{text}, {unknown:,} unknown, as their worker was lost" if unknown else text


class Worker:
    """A worker tells how many greetings it sent, and says when its last report is out."""

    def __init__(
        self, environment: Environment, runner: WorkerRunner, sent: Callable[[], int]
    ) -> None:
        self._events = environment.events
        self._runner = runner
        self._sent = sent
        self._stopping = Semaphore()
        self._events.report_to_master.add_listener(self.on_report)
        self._events.test_stop.add_listener(self.on_test_stop)
        # Locust's own listener says goodbye to the master; listeners are called last one first.
        self._events.quitting.add_listener(self.stop)
        runner.register_message(STOP_NOW, self.stop, concurrent=True)

    def on_report(self, data: dict[str, Any], **_: object) -> None:
        """Locust reports to the master, every three seconds."""
        data["sent"] = self._sent()

    def on_test_stop(self, **_: object) -> None:
        """All users have left: send what the master does not know yet."""
        report: dict[str, Any] = {}
        self._events.report_to_master.fire(client_id=self._runner.client_id, data=report)
        self._runner.send_message("stats", report)
        self._runner.send_message(STOPPED)

    def stop(self, **_: object) -> None:
        """Stop all users, once, whoever asks for it first."""
        with self._stopping:
            self._runner.stop()


class Master:
    """The master adds up, waits for the last reports at the end, and names workers that are lost.

    A worker is lost if it took part and never said that it stopped. What it reported counts. Its
    users, and greetings of theirs without a known end, are told apart: they are no failure of the
    server. Nothing notices a loss earlier than Locust: about four seconds after a worker falls
    silent.
    """

    def __init__(self, environment: Environment, runner: MasterRunner) -> None:
        self._environment = environment
        self._runner = runner
        self._sent: dict[str, int] = {}  # each by worker
        self._users: dict[str, int] = {}
        self._stopped: set[str] = set()
        events = environment.events
        events.test_start.add_listener(self.on_test_start)
        events.worker_report.add_listener(self.on_worker_report)
        events.heartbeat_sent.add_listener(self.on_heartbeat)
        events.test_stop.add_listener(self.on_test_stop)
        runner.register_message(STOPPED, self.on_stopped)

    def on_test_start(self, **_: object) -> None:
        """Begin to count anew."""
        self._sent, self._users, self._stopped = {}, {}, set()

    def on_worker_report(self, client_id: str, data: dict[str, Any]) -> None:
        """What a worker's users sent, from the beginning of the run."""
        self._sent[client_id] = data["sent"]

    def on_heartbeat(self, client_id: str, **_: object) -> None:
        """A worker lives; remember its users, as Locust forgets them with the worker."""
        if self._runner.clients[client_id].user_count:
            self._users[client_id] = self._runner.clients[client_id].user_count

    def on_stopped(self, msg: Any, **_: object) -> None:
        """A worker's last report has arrived."""
        self._stopped.add(msg.node_id)

    def on_test_stop(self, **_: object) -> None:
        """Stop the workers that still run, wait for their last reports, and say the totals."""
        for client_id in self._running():
            self._runner.send_message(STOP_NOW, client_id=client_id)
        deadline_s = time.monotonic() + LAST_REPORTS_S
        while self._running() and time.monotonic() < deadline_s:
            gevent.sleep(POLL_S)
        for client_id in self._users.keys() - self._stopped:
            lost = f"{self._users[client_id]} users of a worker that was lost: {client_id}"
            logger.warning(lost)
            # Among Locust's exceptions, not its failures: and so the exit code is 1.
            self._runner.log_exception(client_id, lost, formatted_tb=lost)
        logger.info(in_words(self._environment, sum(self._sent.values())))

    def _running(self) -> list[str]:
        return [
            client.id
            for client in self._runner.clients.all
            if client.id not in self._stopped and client.state != STATE_MISSING
        ]
