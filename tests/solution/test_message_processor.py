"""How a batch fills, and that one is flushed at a time."""

import time
from pathlib import Path

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, TraceFlags

from challenge.backlog import Backlog
from observability import names
from observability.metrics import ChatMetrics
from tests.conftest import Disk, a_message, wait_until
from tests.solution.conftest import BATCH_SIZE, LONG_MS, SHORT_MS, Running, Start, numbers


def test_a_batch_is_flushed_when_it_is_full(start: Start, disk: Disk) -> None:
    running = start(LONG_MS)
    running.send(BATCH_SIZE - 1)
    running.send(1)
    running.settled(BATCH_SIZE)
    assert running.outcomes.stored == running.file == numbers(BATCH_SIZE)
    assert len(disk.writes) == 1


def test_what_does_not_fit_waits_for_the_next_batch(start: Start, disk: Disk) -> None:
    running = start(LONG_MS)
    running.send(2 * BATCH_SIZE + 3)
    running.settled(2 * BATCH_SIZE)
    assert len(disk.writes) == 2
    running.send(BATCH_SIZE - 3)
    running.settled(3 * BATCH_SIZE)
    assert running.file == numbers(3 * BATCH_SIZE)
    assert len(disk.writes) == 3


def test_a_lone_message_is_flushed_when_the_interval_is_over(start: Start) -> None:
    running = start(SHORT_MS)
    started = time.perf_counter()
    running.send()
    running.settled(1)
    waited_ms = (time.perf_counter() - started) * 1_000
    assert running.file == ["number 0"]
    assert waited_ms >= SHORT_MS  # not before: others might still have come


def test_the_interval_counts_from_the_first_of_the_batch(start: Start, disk: Disk) -> None:
    # given a message that has waited for the interval already, and others behind it
    running = start(LONG_MS)
    old = a_message(100)
    old.accepted_s -= LONG_MS / 1_000
    running.send_this(old)
    running.send(3)

    # then it waits no longer, and takes those along that are there
    running.settled(4)
    assert running.file == ["number 100", *numbers(3)]
    assert len(disk.writes) == 1


def test_one_flush_at_a_time(start: Start, disk: Disk) -> None:
    # given a write that does not end
    running = start(SHORT_MS)
    disk.moving.clear()
    running.send(BATCH_SIZE)
    wait_until(lambda: disk.writes, "the first write")

    # when more come than a batch holds, and the interval is over
    running.send(BATCH_SIZE + 2)
    late = time.monotonic() + 2 * SHORT_MS / 1_000
    wait_until(lambda: time.monotonic() > late, "the interval being over")

    # then nothing is written or told until that write has ended
    assert len(disk.writes) == 1
    assert running.outcomes.stored == []
    disk.moving.set()
    running.settled(2 * BATCH_SIZE + 2)
    assert running.outcomes.stored == running.file == numbers(2 * BATCH_SIZE + 2)
    assert len(disk.writes) == 3


def test_a_server_that_drains_takes_all_at_once(start: Start, disk: Disk) -> None:
    # given a write under way, and a long queue behind it
    running = start(LONG_MS)
    disk.moving.clear()
    running.send(BATCH_SIZE)
    wait_until(lambda: disk.writes, "the first write")
    running.send(5 * BATCH_SIZE + 7)

    # when the server closes, then one more write takes them all, and nothing waits for the interval
    running.backlog.closed = True
    disk.moving.set()
    running.settled(6 * BATCH_SIZE + 7)
    assert running.outcomes.stored == running.file == numbers(6 * BATCH_SIZE + 7)
    assert len(disk.writes) == 2


def test_an_outcome_is_sent_when_the_message_is_stored(start: Start) -> None:
    running = start(SHORT_MS)
    first, second = running.send(2)
    assert not first.ready()
    first.wait()
    second.wait()
    assert running.file == numbers(2)


def test_nothing_is_flushed_after_the_end(start: Start, disk: Disk) -> None:
    running = start(SHORT_MS)
    running.send(1)
    running.settled(1)
    running.processor.stop()
    running.send(BATCH_SIZE)
    late = time.monotonic() + 2 * SHORT_MS / 1_000
    wait_until(lambda: time.monotonic() > late, "the interval being over")
    assert len(disk.writes) == 1


def test_a_processor_that_never_started_can_be_stopped(
    tmp_path: Path, backlog: Backlog, metrics: ChatMetrics
) -> None:
    Running(tmp_path, backlog, metrics, SHORT_MS).processor.stop()


def test_the_batch_is_a_trace_that_links_to_the_traces_of_its_messages(
    start: Start, spans: InMemorySpanExporter
) -> None:
    running = start(SHORT_MS)
    kept = TraceFlags(TraceFlags.SAMPLED)
    contexts = [SpanContext(n + 1, n + 1, is_remote=False, trace_flags=kept) for n in range(2)]
    skipped = SpanContext(3, 3, is_remote=False)
    for number, context in enumerate([*contexts, skipped]):
        message = a_message(number)
        message.span_context = context
        running.send_this(message)
    running.settled(3)
    wait_until(
        lambda: any(span.name == names.FLUSH_MESSAGES for span in spans.get_finished_spans()),
        "the span of the flush",
    )
    by_name = {span.name: span for span in spans.get_finished_spans()}
    flush, create = by_name[names.FLUSH_MESSAGES], by_name[names.CREATE_MESSAGES_BATCH]
    assert [link.context for link in flush.links] == contexts
    assert flush.attributes == {names.BATCH_SIZE: 3}
    assert flush.parent is None
    assert create.parent is not None
    assert create.parent.span_id == flush.context.span_id
