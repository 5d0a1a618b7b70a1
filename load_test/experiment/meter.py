"""The work meter: what a server took of the machine for each message, between two snapshots.

Writes and bytes are told by the server's own books, for each message that it *stored* between the
same two moments, whichever messages they were. What the challenge writes after midnight is still
the stream's backlog; the ratio is right all the same, because the server counts both and tells
them in one answer. What the operating system tells is for each message that was *delivered*
between the two moments: work that leads to nothing must not look cheap.
"""

import math
from typing import Any

from load_test.experiment.counters import (
    FILE_WRITES,
    FILE_WRITTEN_BYTES,
    STORED,
    Snapshot,
    increase,
)
from load_test.experiment.ledger import Ledger

# Of these, and of no more, the growth with the history is told.
GROWING = ("cpu_s_per_1000", "bytes_written_per_message", "read_bytes_per_message")


def read_meter(before: Snapshot, after: Snapshot, ledger: Ledger) -> dict[str, Any]:
    """All work between two snapshots; None where somebody did not tell, or nothing was done."""
    stored = increase(before, after, STORED)
    writes = increase(before, after, FILE_WRITES)
    size = increase(before, after, FILE_WRITTEN_BYTES)
    delivered = _delivered(before, after, ledger)
    cpu_s_each = _per(_more(before.cpu_s, after.cpu_s), delivered)
    return {
        "stored": stored,
        "file_writes": writes,
        "bytes_written": size,
        "file_writes_per_message": _per(writes, stored),
        "bytes_written_per_message": _per(size, stored),
        "cpu_s_per_1000": cpu_s_each and cpu_s_each * 1000,
        "read_bytes_per_message": _per(_more(before.os_read_bytes, after.os_read_bytes), delivered),
        "read_calls_per_message": _per(_more(before.os_read_calls, after.os_read_calls), delivered),
        "write_calls_per_message": _per(
            _more(before.os_write_calls, after.os_write_calls), delivered
        ),
        "context_switches_per_message": _per(
            _more(before.context_switches, after.context_switches), delivered
        ),
    }


def growth(small: dict[str, Any], large: dict[str, Any], sizes: tuple[int, int]) -> dict[str, Any]:
    """By how much each cost grows with the history, as an exponent: 0 if it does not, 1 if ten
    times the history costs ten times as much. None where it was not measured at both sizes.
    """
    exponents: dict[str, float | None] = {}
    for key in GROWING:
        before, after = small[key], large[key]
        known = before and after and sizes[0] and sizes[0] != sizes[1]
        exponents[key] = math.log(after / before) / math.log(sizes[1] / sizes[0]) if known else None
    return exponents


def _delivered(before: Snapshot, after: Snapshot, ledger: Ledger) -> int:
    return sum(
        at_s is not None and before.answered_s < at_s <= after.answered_s
        for at_s in ledger.delivered_s
    )


def _more(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def _per(amount: float | None, messages: int | None) -> float | None:
    return amount / messages if amount is not None and messages else None
