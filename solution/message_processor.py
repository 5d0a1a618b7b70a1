"""Collects messages and stores them a batch at a time: one write for many messages.

The price: a message acknowledged as queued is in memory only, and is lost if the process is
killed before its batch is written; and a lone message waits for the interval though the disk is
idle. `--ack stored` buys back the first, a shorter interval the second.
"""

import logging
from collections.abc import Callable, Sequence

import eventlet
from eventlet.event import Event
from eventlet.queue import Empty, LightQueue
from opentelemetry import trace

from challenge.backlog import Backlog
from challenge.errors import ChatError, StorageUnavailable
from challenge.models import Message
from observability import names

from .config import ServerConfig
from .data_manager import DataManager

log = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

DRAIN_BATCH_SIZE = 2_500  # a full queue in four writes; a span may link to all of them

NOT_STORED = ChatError("the message could not be stored; the server's log says why")


class MessageProcessor:
    """A queue, and one greenlet that empties it: at most `batch_size` messages at once, at latest
    `flush_interval_ms` after the first of them was accepted, one flush at a time.

    The backlog has let every message in that comes here, and bounds them. Each ends with exactly
    one call: `on_stored(message)`, in the order of the queue, or `on_failed(message, error)`.
    """

    def __init__(
        self,
        data: DataManager,
        backlog: Backlog,
        config: ServerConfig,
        on_stored: Callable[[Message], None],
        on_failed: Callable[[Message, ChatError], None],
    ) -> None:
        self._data = data
        self._backlog = backlog
        self._batch_size = config.batch_size
        self._interval_s = config.flush_interval_ms / 1000
        self._on_stored = on_stored
        self._on_failed = on_failed
        self._queue = LightQueue()
        self._outcomes: dict[str, Event] = {}
        self._loop: eventlet.greenthread.GreenThread | None = None

    def queue_message(self, message: Message) -> Event:
        """Let a message wait for the next batch; never waits itself.

        The event that comes back is sent when the message is stored, or raises why it was not.
        """
        self._queue.put(message)
        outcome = self._outcomes[message.id] = Event()
        return outcome

    def start(self) -> None:
        """Begin to store what is queued."""
        self._loop = eventlet.spawn(self._run)

    def stop(self) -> None:
        """End, once the backlog is empty: whoever stops the processor drains the server first."""
        if self._loop:
            self._loop.kill()

    def _run(self) -> None:
        while True:
            self.flush_messages(self._next_batch())

    def _next_batch(self) -> list[Message]:
        """Wait for a message, then for as many more as fit and come in time."""
        batch = [self._queue.get()]
        # While the server drains nobody new comes: take many more, and wait for none.
        while len(batch) < (DRAIN_BATCH_SIZE if self._backlog.closed else self._batch_size):
            left_s = 0 if self._backlog.closed else self._interval_s - batch[0].waited_s
            try:
                batch.append(self._queue.get(block=left_s > 0, timeout=left_s))
            except Empty:
                break
        return batch

    def flush_messages(self, batch: Sequence[Message]) -> None:
        """Store a batch, then tell rooms and senders what became of it. Never raises."""
        contexts = [message.span_context for message in batch]
        links = [trace.Link(context) for context in contexts if context.trace_flags.sampled]
        size = {names.BATCH_SIZE: len(batch)}
        with tracer.start_as_current_span(names.FLUSH_MESSAGES, attributes=size, links=links):
            try:
                self._data.create_messages_batch(batch)
            except StorageUnavailable as error:
                self._settle(batch, error)
            except Exception as error:
                self._backlog.storage_failed(error, batch)
                self._store_one_by_one(batch)
            else:
                self._settle(batch)

    def _store_one_by_one(self, batch: Sequence[Message]) -> None:
        """One message spoils the batch: find out which, and keep the others."""
        for message in batch:
            problem: ChatError | None = None
            try:
                if not message.created_at:
                    self._data.create_messages_batch([message])
            except StorageUnavailable as error:
                problem = error
            except Exception as error:
                self._backlog.storage_failed(error, [message])
                problem = NOT_STORED
            self._settle([message], problem)

    def _settle(self, batch: Sequence[Message], error: ChatError | None = None) -> None:
        for message in batch:
            self._backlog.leave(message)
            outcome = self._outcomes.pop(message.id)
            try:
                if message.created_at:
                    outcome.send()
                    self._on_stored(message)
                else:
                    outcome.send_exception(error or NOT_STORED)
                    self._on_failed(message, error or NOT_STORED)
            except Exception:  # one that cannot be told must not stop those behind it
                log.exception("could not tell what became of message %s", message.id)
