"""No class: functions over one dictionary. It does what it should, and is not what the seed asks
for.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import eventlet
from eventlet.queue import Empty, LightQueue
from opentelemetry import trace

from challenge.backlog import Backlog
from challenge.errors import ChatError, StorageUnavailable
from challenge.models import Message
from observability import names

log = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

DRAIN_BATCH_SIZE = 2_500
NOT_STORED = ChatError("the message could not be stored")

state: dict[str, Any] = {}


def set_up(
    data: Any,
    backlog: Backlog,
    config: Any,
    on_stored: Callable[[Message], None],
    on_failed: Callable[[Message, ChatError], None],
) -> None:
    """Remember what the functions work with."""
    state.update(data=data, backlog=backlog, config=config, queue=LightQueue())
    state.update(on_stored=on_stored, on_failed=on_failed)


def queue_message(message: Message) -> None:
    """Let a message wait for the next batch."""
    state["queue"].put(message)


def start() -> None:
    """Begin to store."""
    state["loop"] = eventlet.spawn(run)


def stop() -> None:
    """End."""
    state["loop"].kill()


def run() -> None:
    """Flush one batch after the other."""
    while True:
        flush_messages(next_batch())


def next_batch() -> list[Message]:
    """Wait for a message, then for more, as long as the interval lasts."""
    config, closed = state["config"], state["backlog"].closed
    batch: list[Message] = [state["queue"].get()]
    while len(batch) < (DRAIN_BATCH_SIZE if closed else config.batch_size):
        left_s = 0 if closed else config.flush_interval_ms / 1000 - batch[0].waited_s
        try:
            batch.append(state["queue"].get(block=left_s > 0, timeout=left_s))
        except Empty:
            break
    return batch


def flush_messages(batch: Sequence[Message]) -> None:
    """Store a batch, then tell rooms and senders."""
    contexts = [message.span_context for message in batch]
    links = [trace.Link(context) for context in contexts if context.trace_flags.sampled]
    with tracer.start_as_current_span(names.FLUSH_MESSAGES, links=links) as span:
        span.set_attribute(names.BATCH_SIZE, len(batch))
        problem: ChatError = NOT_STORED
        try:
            state["data"].create_messages_batch(batch)
        except StorageUnavailable as error:
            problem = error
        except Exception as error:
            state["backlog"].storage_failed(error, batch)
        for message in batch:
            tell(message, problem)


def tell(message: Message, problem: ChatError) -> None:
    """What became of a message."""
    state["backlog"].leave(message)
    try:
        if message.created_at:
            state["on_stored"](message)
        else:
            state["on_failed"](message, problem)
    except Exception:
        log.exception("could not tell what became of message %s", message.id)
