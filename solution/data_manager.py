"""Stores messages in JSON files, and reads them back.

A message is stored when it survives a power loss. The active file is read, parsed, encoded,
written and synced as a whole, once for each batch: with 5,000 messages in it some 20 ms, however
many are added. The price still grows with the file; appending would not have it.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial

import eventlet
from eventlet.semaphore import Semaphore
from opentelemetry import trace

from challenge.backlog import Backlog
from challenge.errors import StorageUnavailable
from challenge.history import History
from challenge.models import Message, now
from challenge.storage import JsonFiles
from observability import names
from observability.metrics import ChatMetrics

from .config import ServerConfig

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

    def create_messages_batch(self, messages: Sequence[Message]) -> None:
        """Store messages, in order; returns when all are on disk. Waits for its turn.

        Raises StorageUnavailable if the server ends while the disk refuses. What was stored until
        then stays stored: those messages have a `created_at`.
        """
        with self._turn, tracer.start_as_current_span(names.CREATE_MESSAGES_BATCH) as span:
            waited_ms = messages[0].waited_s * 1000
            span.set_attributes({names.QUEUE_WAIT_MS: waited_ms, names.BATCH_SIZE: len(messages)})
            while waiting := [message for message in messages if not message.created_at]:
                self._insist(partial(self._append, waiting), waiting)

    def _append(self, messages: Sequence[Message]) -> int:
        name, records = self.history.active()
        free = self.history.max_per_file - len(records)
        fitting = messages[:free]  # the others begin the next file
        created_at = now()
        added = [message.record(created_at) for message in fitting]
        self._files.write(name, [*records, *added])
        for message in fitting:
            self.history.add(name, message.id, message.room_id)
            message.created_at = created_at
        return len(fitting)

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
