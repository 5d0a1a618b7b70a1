"""Another structure: a deque, a bell that rings when a batch is full, and no queue to wait at.

It knows nothing of its package, so that it can stand in any: what it stores with and how much at
once is what it is given.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import eventlet
from eventlet.event import Event
from opentelemetry import trace

from challenge.backlog import Backlog
from challenge.errors import ChatError, StorageUnavailable
from challenge.models import Message
from observability import names

log = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

DRAIN_BATCH_SIZE = 2_500  # as many as a span may link to
NOT_STORED = ChatError("the message could not be stored")


class Settings(Protocol):
    """What it reads of the server's settings."""

    @property
    def batch_size(self) -> int:
        """The most messages of one write."""

    @property
    def flush_interval_ms(self) -> int:
        """The longest wait for a batch to fill."""


class MessageProcessor:
    """Keeps what waits in a deque; one greenlet takes the oldest from it, a batch at a time."""

    def __init__(
        self,
        data: Any,
        backlog: Backlog,
        config: Settings,
        on_stored: Callable[[Message], None],
        on_failed: Callable[[Message, ChatError], None],
    ) -> None:
        self._data = data
        self._backlog = backlog
        self._batch_size = config.batch_size
        self._interval_s = config.flush_interval_ms / 1000
        self._on_stored = on_stored
        self._on_failed = on_failed
        self._waiting: deque[Message] = deque()
        self._first_came = Event()
        self._is_full = Event()
        self._running = False

    def queue_message(self, message: Message) -> None:
        """Put a message behind the others; never waits."""
        self._waiting.append(message)
        if not self._first_came.ready():
            self._first_came.send()
        if len(self._waiting) >= self._batch_size and not self._is_full.ready():
            self._is_full.send()

    def start(self) -> None:
        """Begin to store."""
        self._running = True
        eventlet.spawn(self._run)

    def stop(self) -> None:
        """End after the flush that is going on."""
        self._running = False

    def _run(self) -> None:
        while self._running:
            self._first_came.wait()
            self._wait_for_more()
            self.flush_messages()
            if not self._waiting:
                self._first_came = Event()

    def _wait_for_more(self) -> None:
        """Until a batch is full, or its first message has waited long enough."""
        until_s = time.perf_counter() + self._interval_s - self._waiting[0].waited_s
        while len(self._waiting) < self._batch_size and not self._backlog.closed:
            left_s = until_s - time.perf_counter()
            if left_s <= 0:
                return
            self._is_full = Event()
            self._is_full.wait(left_s)

    def flush_messages(self) -> None:
        """Store the oldest messages, one write for all, and tell what became of them."""
        most = DRAIN_BATCH_SIZE if self._backlog.closed else self._batch_size
        batch = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        contexts = [message.span_context for message in batch]
        links = [trace.Link(context) for context in contexts if context.trace_flags.sampled]
        with tracer.start_as_current_span(names.FLUSH_MESSAGES, links=links) as span:
            span.set_attribute(names.BATCH_SIZE, len(batch))
            problem = self._store(batch)
            for message in batch:
                self._tell(message, problem or NOT_STORED)

    def _store(self, batch: Sequence[Message]) -> ChatError | None:
        """Why messages without a time of writing have none."""
        try:
            self._data.create_messages_batch(batch)
        except StorageUnavailable as error:
            return error
        except Exception as error:
            self._backlog.storage_failed(error, batch)
            if len(batch) > 1:  # one of them spoils it for the others
                for message in batch:
                    self._store([message])
        return None

    def _tell(self, message: Message, problem: ChatError) -> None:
        self._backlog.leave(message)
        try:
            if message.created_at:
                self._on_stored(message)
            else:
                self._on_failed(message, problem)
        except Exception:
            log.exception("could not tell what became of message %s", message.id)
