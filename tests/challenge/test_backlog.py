"""The bounds of what waits, and books that balance."""

from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.backlog import MOST_IDS, Backlog
from challenge.errors import ChatError, QueueFull, ShuttingDown, StorageUnavailable
from challenge.models import now
from observability.metrics import ChatMetrics
from tests.conftest import a_message

A_MESSAGE_BYTES = a_message(1).size_bytes


def figures(metrics: ChatMetrics) -> tuple[int, int, int, int]:
    """What the books say: accepted, stored, failed, queued."""
    return metrics.accepted, metrics.stored, metrics.failed, metrics.queue_messages


@contextmanager
def a_backlog(max_messages: int, max_bytes: int) -> Iterator[tuple[Backlog, ChatMetrics]]:
    """A backlog with books of its own, for tests that need many."""
    with closing(ChatMetrics()) as metrics:
        yield Backlog(max_messages, max_bytes, metrics), metrics


def test_a_message_enters_and_leaves_as_stored_or_failed(metrics: ChatMetrics) -> None:
    backlog = Backlog(10, 10_000, metrics)
    stored, failed = a_message(1), a_message(2)
    for message in (stored, failed):
        backlog.enter(message)
    assert figures(metrics) == (2, 0, 0, 2)
    assert backlog.messages == 2
    assert metrics.queue_bytes == 2 * A_MESSAGE_BYTES

    stored.created_at = now()
    backlog.leave(stored)
    backlog.leave(failed)
    assert figures(metrics) == (2, 1, 1, 0)
    assert backlog.messages == metrics.queue_bytes == 0


def test_it_is_bounded_in_messages(metrics: ChatMetrics) -> None:
    backlog = Backlog(max_messages=2, max_bytes=10_000, metrics=metrics)
    messages = [a_message(number) for number in range(3)]
    for message in messages[:2]:
        backlog.enter(message)
    with pytest.raises(QueueFull, match="2 messages are waiting"):
        backlog.enter(messages[2])
    assert figures(metrics) == (2, 0, 0, 2)  # one that was refused never entered
    assert metrics.queue_bytes == 2 * A_MESSAGE_BYTES

    backlog.leave(messages[0])
    backlog.enter(messages[2])
    assert backlog.messages == 2


def test_it_is_bounded_in_bytes(metrics: ChatMetrics) -> None:
    # given room for exactly two, one of them large in bytes though not in characters
    large = a_message(1, "새" * 1_000)
    room = large.size_bytes + A_MESSAGE_BYTES
    backlog = Backlog(max_messages=10, max_bytes=room, metrics=metrics)
    backlog.enter(large)
    backlog.enter(a_message(2))
    with pytest.raises(QueueFull):
        backlog.enter(a_message(3, ""))
    assert metrics.queue_bytes == room

    backlog.leave(large)
    backlog.enter(a_message(4, "x" * 3_000))
    assert metrics.queue_bytes == room


def test_nothing_enters_once_it_is_closed(metrics: ChatMetrics) -> None:
    backlog = Backlog(10, 10_000, metrics)
    message = a_message(1)
    backlog.enter(message)
    backlog.closed = True
    with pytest.raises(ShuttingDown, match="shutting down"):
        backlog.enter(a_message(2))
    backlog.leave(message)
    assert figures(metrics) == (1, 0, 1, 0)


def test_a_full_queue_tells_of_the_disk_while_that_refuses(metrics: ChatMetrics) -> None:
    backlog = Backlog(1, 10_000, metrics)
    backlog.storage_failing = True
    backlog.enter(a_message(1))  # there is room: it may wait for the disk's recovery
    with pytest.raises(StorageUnavailable, match="disk"):
        backlog.enter(a_message(2))
    backlog.storage_failing = False
    with pytest.raises(QueueFull):
        backlog.enter(a_message(2))


@given(
    st.lists(st.tuples(st.sampled_from(["enter", "stored", "failed"]), st.integers(0, 300))),
    st.integers(1, 5),
    st.integers(A_MESSAGE_BYTES, 4 * A_MESSAGE_BYTES),
)
def test_the_books_balance_at_every_instant(
    steps: list[tuple[str, int]], max_messages: int, max_bytes: int
) -> None:
    with a_backlog(max_messages, max_bytes) as (backlog, metrics):
        inside = deque([a_message(0, "")])
        backlog.enter(inside[0])
        for step, size in steps:
            if step == "enter":
                message = a_message(1, "x" * size)
                try:
                    backlog.enter(message)
                except ChatError:
                    continue
                inside.append(message)
            elif inside:
                message = inside.popleft()
                message.created_at = now() if step == "stored" else None
                backlog.leave(message)
            accepted, stored, failed, queued = figures(metrics)
            assert accepted == stored + failed + queued
            assert queued == len(inside) <= max_messages
            assert metrics.queue_bytes == sum(each.size_bytes for each in inside) <= max_bytes


@pytest.mark.parametrize(
    ("closed", "next_step"), [(False, "trying again"), (True, "their senders")]
)
def test_a_failure_of_the_disk_says_what_comes_next(
    backlog: Backlog, caplog: pytest.LogCaptureFixture, closed: bool, next_step: str
) -> None:
    backlog.closed = closed
    backlog.storage_failed(OSError(5, "Input/output error"), [a_message(1), a_message(2)])
    (told,) = caplog.messages
    assert "cannot store a batch of 2 ([Errno 5] Input/output error)" in told
    assert next_step in told
    assert told.endswith(f"ids: {1:016x} {2:016x}")
    assert backlog.storage_failing


def test_a_failure_that_a_message_is_to_blame_for_shows_where(
    backlog: Backlog, caplog: pytest.LogCaptureFixture
) -> None:
    backlog.storage_failed(ValueError("not to be encoded"), [a_message(1), a_message(2)])
    backlog.storage_failed(ValueError("not to be encoded"), [a_message(2)])
    assert "trying one by one" in caplog.messages[0]
    assert "its sender is told" in caplog.messages[1]
    assert all(record.exc_info for record in caplog.records)
    assert not backlog.storage_failing


def test_of_very_many_ids_the_log_shows_the_first_and_the_last(
    backlog: Backlog, caplog: pytest.LogCaptureFixture
) -> None:
    backlog.storage_failed(OSError(), [a_message(number) for number in range(MOST_IDS + 2)])
    shown = caplog.messages[0].partition("ids: ")[2].split()
    assert len(shown) == MOST_IDS + 2
    assert shown[-3:] == [f"{MOST_IDS - 1:016x}", "...", f"{MOST_IDS + 1:016x}"]
