"""Another structure: a greenlet that owns the active file, and a letter box before it.

Nobody else touches that file, so it takes no turns; and it knows what it wrote, so it reads the
file once and never again. The price: a full file stays in memory.
"""

import time
from collections.abc import Sequence
from typing import Any

import eventlet
from eventlet.event import Event
from eventlet.queue import LightQueue
from opentelemetry import context, trace

from challenge.backlog import Backlog
from challenge.errors import StorageUnavailable
from challenge.history import History
from challenge.models import Message, Record, now
from challenge.storage import JsonFiles
from observability import names
from observability.metrics import ChatMetrics

tracer = trace.get_tracer(__name__)

RETRY_S = 0.1


class DataManager:
    """All message files of one data folder; `create_messages_batch` posts, a greenlet writes."""

    def __init__(
        self, files: JsonFiles, backlog: Backlog, metrics: ChatMetrics, config: Any
    ) -> None:
        self._files = files
        self._backlog = backlog
        self._metrics = metrics
        self._letters = LightQueue()
        self._name = ""  # of the active file, and what is in it
        self._records: list[Record] = []
        self.history = History(files.read, config.max_messages_per_file)
        eventlet.spawn(self._write_for_ever)

    def create_messages_batch(self, messages: Sequence[Message]) -> None:
        """Returns when all are on disk; raises StorageUnavailable if the server ends before."""
        stored = Event()
        self._letters.put((messages, context.get_current(), stored))
        stored.wait()

    def _write_for_ever(self) -> None:
        while True:
            messages, of_caller, stored = self._letters.get()
            token = context.attach(of_caller)  # a greenlet begins with none
            try:
                self._store(messages)
            except Exception as error:
                stored.send_exception(error)
            else:
                stored.send()
            finally:
                context.detach(token)

    def _store(self, messages: Sequence[Message]) -> None:
        with tracer.start_as_current_span(names.CREATE_MESSAGES_BATCH) as span:
            span.set_attribute(names.QUEUE_WAIT_MS, messages[0].waited_s * 1000)
            span.set_attribute(names.BATCH_SIZE, len(messages))
            while waiting := [message for message in messages if not message.created_at]:
                self._turn_the_page()
                free = self.history.max_per_file - len(self._records)
                self._insist(waiting[:free])

    def _turn_the_page(self) -> None:
        """Make sure that there is an active file with room in it."""
        if not self._name or len(self._records) >= self.history.max_per_file:
            self._name, self._records = self.history.active()

    def _insist(self, messages: Sequence[Message]) -> None:
        created_at = now()
        records = [*self._records, *(message.record(created_at) for message in messages)]
        started = time.perf_counter()
        while True:
            try:
                self._files.write(self._name, records)
                break
            except OSError as error:
                self._backlog.storage_failed(error, messages)
                if self._backlog.closed:
                    raise StorageUnavailable("the disk refuses") from error
                eventlet.sleep(RETRY_S)
        self._backlog.storage_failing = False
        self._metrics.flushed(len(messages), time.perf_counter() - started)
        self._records = records
        for message in messages:
            self.history.add(self._name, message.id, message.room_id)
            message.created_at = created_at
