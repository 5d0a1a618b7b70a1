"""While a batch is written, the next one grows: it does not wait in parts of its own."""

import time

from tests.conftest import Disk, wait_until
from tests.solution.conftest import SHORT_MS, Start, numbers


def let_an_interval_pass() -> None:
    """Let other greenlets run for longer than the processor waits for a batch to fill."""
    late = time.monotonic() + 2 * SHORT_MS / 1_000
    wait_until(lambda: time.monotonic() > late, "the interval being over")


def test_what_comes_during_a_flush_is_the_next_batch(start: Start, disk: Disk) -> None:
    # given a write that does not end
    running = start(SHORT_MS)
    disk.moving.clear()
    running.send(1)
    wait_until(lambda: disk.writes, "the first write")

    # when some more come, and more again after an interval
    for _ in range(2):
        running.send(2)
        let_an_interval_pass()

    # then one more write takes them all
    disk.moving.set()
    running.settled(5)
    assert running.outcomes.stored == running.file == numbers(5)
    assert len(disk.writes) == 2
