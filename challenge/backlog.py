"""What waits to be stored, bounded in messages and in bytes, with its books.

A server that lets everything wait runs out of memory, and everybody waits for ever. This one
refuses at once what goes beyond its bounds: the sender knows, and can try again.
"""

import logging
from collections.abc import Sequence

from opentelemetry import trace

from observability import names
from observability.metrics import ChatMetrics

from .errors import QueueFull, ShuttingDown, StorageUnavailable
from .models import Message

log = logging.getLogger(__name__)

MOST_IDS = 100  # in one log line; only the last batches of a server that drains are larger


class Backlog:
    """Counts messages in and out. Every one that enters leaves once, stored or failed."""

    def __init__(self, max_messages: int, max_bytes: int, metrics: ChatMetrics) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._metrics = metrics
        self.closed = False  # set when the server drains: nothing enters any more
        self.storage_failing = (
            False  # set while the disk refuses: it is then what a full queue means
        )

    @property
    def messages(self) -> int:
        """How many messages wait or are being written."""
        return self._metrics.queue_messages

    def enter(self, message: Message) -> None:
        """Let a message in; raises ShuttingDown, QueueFull or StorageUnavailable if it may not."""
        metrics = self._metrics
        if self.closed:
            raise ShuttingDown("the server is shutting down; connect again in a moment")
        too_many = metrics.queue_messages >= self._max_messages
        if too_many or metrics.queue_bytes + message.size_bytes > self._max_bytes:
            if self.storage_failing:
                raise StorageUnavailable("the server cannot write to its disk; try again later")
            raise QueueFull(f"{metrics.queue_messages:,} messages are waiting; try again later")
        metrics.accepted += 1
        metrics.queue_messages += 1
        metrics.queue_bytes += message.size_bytes

    def storage_failed(self, error: Exception, messages: Sequence[Message]) -> None:
        """Tell of a failure to store `messages`: in the log, the metrics and the current span."""
        self._metrics.storage_failures += 1
        self.storage_failing = isinstance(error, OSError)  # else one of the messages is to blame
        ids = [message.id for message in messages]
        trace.get_current_span().add_event(
            names.STORAGE_FAILED, {names.FAILURE_CAUSE: str(error), names.MESSAGE_IDS: ids}
        )
        shown = " ".join(ids if len(ids) <= MOST_IDS else [*ids[:MOST_IDS], "...", ids[-1]])
        what_next = "trying again"
        if not self.storage_failing:
            what_next = "trying one by one" if len(ids) > 1 else "its sender is told"
        elif self.closed:
            what_next = "their senders are told"
        traceback = None if self.storage_failing else error
        told = "cannot store a batch of %d (%s), %s; ids: %s"
        fields = {"cause": str(error), "batch": len(ids), "ids": ids}
        log.error(
            told, len(ids), error, what_next, shown, exc_info=traceback, extra={"fields": fields}
        )

    def leave(self, message: Message) -> None:
        """A message is done: stored if it has a time of writing, failed if not."""
        metrics = self._metrics
        metrics.queue_messages -= 1
        metrics.queue_bytes -= message.size_bytes
        if message.created_at:
            metrics.stored_after(message.waited_s)
        else:
            metrics.failed += 1
