"""What one run of the cost of looking came to, from its record: what a message cost, how long it
took, and what became of the spans.
"""

import re
from typing import Any

from load_test.experiment.counters import FILE_WRITES, SPANS_DROPPED, Snapshot, increase
from load_test.experiment.latency import latencies_ms, percentiles
from load_test.experiment.meter import read_meter
from load_test.experiment.run import RunRecord
from load_test.experiment.validity import watch_generator, why_void
from observability import names

MEASURED = "measured"  # the phase that counts
ACCEPTED, FILE_READS = f"{names.ACCEPTED}_total", f"{names.FILE_READS}_total"
TRACES_SKIPPED = f"{names.TRACES_SKIPPED}_total"
LAST_WORDS = re.compile(r"(\d+) of \d+ spans were dropped")
# Around each write of a file: the challenge's create_message, the solution's flush and batch.
SPANS_AROUND_A_WRITE = {"solution": 2, "challenge": 1}


def read_figures(server: str, record: RunRecord, spans_arrived: int, log: str) -> dict[str, Any]:
    """The figures of a run; None where something was not told.

    `spans_possible` is how many spans the server makes if it keeps all, by its own books. What was
    dropped is in its metrics, and what it could not send in the end only in the end of its log.
    """
    start, (before, after), end = record.edges[0], record.edges[1:3], record.edges[-1]
    told_last = LAST_WORDS.search(log)
    reasons = why_void(record, watch_generator(record))
    if missing := len(record.schedule) - len(latencies_ms(record)):
        sent = f"{missing:,} of {len(record.schedule):,} messages"
        reasons.append(f"{sent} were not delivered: try less with --rate")
    return {
        "valid": not reasons,
        "invalid_because": "; ".join(reasons) or None,
        "messages": len(record.schedule),
        # Seconds for a thousand messages are milliseconds for one.
        "cpu_ms_per_message": read_meter(before, after, record.ledger)["cpu_s_per_1000"],
        "latency_ms": percentiles(latencies_ms(record, MEASURED)),
        "spans_possible": _possible(server, start, end),
        "spans_arrived": spans_arrived,
        "spans_dropped": int(told_last[1]) if told_last else increase(start, end, SPANS_DROPPED),
        "traces_skipped": increase(start, end, TRACES_SKIPPED),
    }


def _possible(server: str, start: Snapshot, end: Snapshot) -> int | None:
    """One span to send each message, one to read and one to write a file, and those around."""
    accepted, reads, writes = (
        increase(start, end, name) for name in (ACCEPTED, FILE_READS, FILE_WRITES)
    )
    if accepted is None or reads is None or writes is None:
        return None
    return accepted + reads + writes * (1 + SPANS_AROUND_A_WRITE[server])
