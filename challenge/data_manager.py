"""Stores messages in JSON files, and reads them back.

A message is stored when it survives a power loss. The price of doing that for each message: the
active file is read, parsed, encoded, written and synced as a whole, so with 5,000 messages in it
one more takes some 20 ms, and all others wait.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial

import eventlet
from eventlet.semaphore import Semaphore
from opentelemetry import trace

from observability import names
from observability.metrics import ChatMetrics

from .backlog import Backlog
from .config import ServerConfig
from .errors import ShuttingDown, StorageUnavailable
from .history import History
from .models import Message, now
from .storage import JsonFiles

tracer = trace.get_tracer(__name__)

FIRST_RETRY_S = 0.05
LONGEST_RETRY_S = 0.5  # so that the first message after a recovery is stored within a second


class DataManager:
    """All message files of one data folder, written one at a time in the order of arrival."""

    def __init__(
        self, files: JsonFiles, backlog: Backlog, metrics: ChatMetrics, config: ServerConfig
    ) -> None:
        self._files = files
        self._backlog = backlog
        self._metrics = metrics
        self._turn = Semaphore(1)  # first come, first served
        self.history = History(files.read, config.max_messages_per_file)

    def create_message(self, message: Message) -> None:
        """Store a message that has entered the backlog; returns when it is on disk.

        Waits until all that came before are there. Raises ShuttingDown if the server ends before
        its turn, and StorageUnavailable if the server ends while the disk refuses.
        """
        try:
            with self._turn:
                if self._backlog.closed:
                    raise ShuttingDown("the server is shutting down; the message is not stored")
                with tracer.start_as_current_span(names.CREATE_MESSAGE) as span:
                    span.set_attribute(names.QUEUE_WAIT_MS, message.waited_s * 1000)
                    self._insist(partial(self._append, message), [message])
        finally:
            self._backlog.leave(message)

    def _append(self, message: Message) -> int:
        name, records = self.history.active()
        created_at = now()
        self._files.write(name, [*records, message.record(created_at)])
        self.history.add(name, message.id, message.room_id)
        message.created_at = created_at
        return 1

    def _insist(self, append: Callable[[], int], messages: Sequence[Message]) -> None:
        """Try until the disk takes it; nothing overtakes, and the backlog bounds what waits."""
        delay_s = FIRST_RETRY_S
        while True:
            started = time.perf_counter()
            try:
                stored = append()
            except OSError as error:
                self._backlog.storage_failed(error, messages)
                if self._backlog.closed:
                    raise StorageUnavailable(f"the disk refuses: {error.strerror}") from error
                eventlet.sleep(delay_s)
                delay_s = min(2 * delay_s, LONGEST_RETRY_S)
            else:
                self._backlog.storage_failing = False
                self._metrics.flushed(stored, time.perf_counter() - started)
                return
