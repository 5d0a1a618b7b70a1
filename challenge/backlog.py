"""What waits to be stored, bounded in messages and in bytes, with its books.

A server that lets everything wait runs out of memory, and everybody waits for ever. This one
refuses at once what goes beyond its bounds: the sender knows, and can try again.
"""

from observability.metrics import ChatMetrics

from .errors import QueueFull, ShuttingDown, StorageUnavailable
from .models import Message


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

    def leave(self, message: Message) -> None:
        """A message is done: stored if it has a time of writing, failed if not."""
        metrics = self._metrics
        metrics.queue_messages -= 1
        metrics.queue_bytes -= message.size_bytes
        if message.created_at:
            metrics.stored_after(message.waited_s)
        else:
            metrics.failed += 1
