"""What waits for a client is counted, and a client that takes nothing is found out."""

import eventlet
import pytest
from engineio.packet import CLOSE, MESSAGE, Packet
from eventlet.queue import Empty

from challenge.outbox import (
    BYTES_AT_ONCE,
    LOOK_INTERVAL_S,
    MOST_BYTES,
    PACKETS_AT_ONCE,
    STALLED_BYTES,
    STALLED_S,
    Outbox,
)

LOOKS = int(STALLED_S / LOOK_INTERVAL_S)


def fill(outbox: Outbox, size_bytes: int) -> None:
    """Let one packet of that size wait."""
    outbox.put(Packet(MESSAGE, "x" * size_bytes))


def looks(outbox: Outbox, count: int) -> list[str]:
    """What so many looks in a row find."""
    return [outbox.look() for _ in range(count)]


def test_what_waits_is_counted_in_bytes() -> None:
    outbox = Outbox()
    fill(outbox, 100)
    outbox.put(Packet(CLOSE))
    outbox.put(None)
    fill(outbox, 20)
    assert outbox.waiting_bytes == 120
    for left in (20, 20, 20, 0):
        outbox.get()
        assert outbox.waiting_bytes == left


def test_the_writer_gets_a_few_at_once_and_the_rest_stays_to_be_counted() -> None:
    outbox = Outbox()
    for _ in range(PACKETS_AT_ONCE + 2):
        fill(outbox, 1)
    outbox.get()
    for _ in range(PACKETS_AT_ONCE - 1):
        outbox.get(block=False)
    with pytest.raises(Empty):
        outbox.get(block=False)
    assert outbox.waiting_bytes == 2
    outbox.get()
    outbox.get(block=False)
    with pytest.raises(Empty):
        outbox.get(block=False)


def test_the_writer_gets_few_large_packets_at_once() -> None:
    outbox = Outbox()
    for _ in range(3):
        fill(outbox, BYTES_AT_ONCE - 1)
    outbox.get()
    outbox.get(block=False)
    with pytest.raises(Empty):
        outbox.get(block=False)


def test_a_writer_that_waits_gets_what_comes() -> None:
    outbox = Outbox()
    writer = eventlet.spawn(outbox.get)
    eventlet.sleep()
    fill(outbox, 7)
    assert writer.wait().data == "x" * 7
    assert outbox.waiting_bytes == 0


def test_who_takes_nothing_of_much_is_found_after_a_while() -> None:
    outbox = Outbox()
    fill(outbox, STALLED_BYTES + 1)
    *before, last = looks(outbox, LOOKS)
    assert before == [""] * (LOOKS - 1)
    assert last == "it took none of 1,000,001 bytes for 2 s"


def test_who_takes_a_little_now_and_then_is_let_be() -> None:
    outbox = Outbox()
    for _ in range(5):
        fill(outbox, STALLED_BYTES)
    for _ in range(3):
        assert looks(outbox, LOOKS - 1) == [""] * (LOOKS - 1)
        outbox.get()


def test_who_is_not_far_behind_may_take_its_time() -> None:
    outbox = Outbox()
    fill(outbox, STALLED_BYTES)
    assert looks(outbox, 3 * LOOKS) == [""] * 3 * LOOKS


def test_a_burst_for_somebody_who_had_nothing_to_take_is_no_reason() -> None:
    outbox = Outbox()
    assert looks(outbox, 3 * LOOKS) == [""] * 3 * LOOKS
    fill(outbox, 2 * STALLED_BYTES)
    assert looks(outbox, LOOKS - 1) == [""] * (LOOKS - 1)


def test_very_much_is_too_much_for_anybody_at_the_second_look() -> None:
    outbox = Outbox()
    fill(outbox, 10)
    fill(outbox, MOST_BYTES + 1)
    assert outbox.look() == ""
    outbox.get()
    assert outbox.look() == "32,000,001 bytes wait for it"
    outbox.get()
    assert outbox.look() == ""
