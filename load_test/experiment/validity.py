"""Whether a run may be quoted.

Two things void it. A generator at its own limit measures itself and calls it the server: so it
watches itself, and says when it was too slow. And a server that loses, doubles or reorders
messages has no speed worth telling. To be slow, to refuse, to leave messages queued voids nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from load_test.experiment.latency import latency_ms
from load_test.experiment.run import RunRecord
from observability.spans import percentile

MOST_CPU_SHARE = 0.70  # of one core, on average; beyond it waiting for the core shows in latency
# Lateness counts as latency, so it must be small beside it.
MOST_LATENESS_MS = 5.0
MOST_LATENESS_SHARE = 0.10  # of their median latency, where that allows more
MOST_BURST_MS = 100.0  # "all at once", as people see it
# What must not happen at any speed, by its key in results.json.
FAULTS = {
    "lost": "lost",
    "doubled": "doubled",
    "out_of_order": "out of order",
    "missing": "missed by a member that others of the room got",
    "strangers": "delivered to a member of another room",
    "answered_twice": "with a second outcome",
}


@dataclass(frozen=True)
class Generator:
    """How the generator did, from the start until the time was up."""

    cpu_share: float
    lateness_p99_ms: float | None  # outside of bursts: sent after the intended moment
    burst_send_ms: float | None  # from the burst's moment until the last of it was sent
    received: int  # broadcasts, all members' together


def watch_generator(record: RunRecord) -> Generator:
    """The generator's own numbers of a run."""
    stream_ms: list[float] = []
    burst_ms: list[float] = []
    for arrival, sent_s in zip(record.schedule, record.ledger.sent_s, strict=True):
        if sent_s is not None:
            late_ms = (sent_s - record.started_s - arrival.at_s) * 1000
            (burst_ms if arrival.burst else stream_ms).append(late_ms)
    return Generator(
        cpu_share=record.generator_cpu_share,
        lateness_p99_ms=percentile(stream_ms, 99) if stream_ms else None,
        burst_send_ms=max(burst_ms, default=None),
        received=sum(len(numbers) for numbers in record.ledger.received),
    )


def why_void(record: RunRecord, generator: Generator) -> list[str]:
    """All reasons of the generator's why a run is void, each a clause; none if it may be quoted."""
    reasons = []
    if generator.cpu_share > MOST_CPU_SHARE:
        reasons.append(
            f"the generator took {generator.cpu_share:.0%} of its core "
            f"(at most {MOST_CPU_SHARE:.0%}): use a lighter load, or a quieter machine"
        )
    most_ms = max(MOST_LATENESS_MS, MOST_LATENESS_SHARE * _stream_p50_ms(record))
    if generator.lateness_p99_ms is not None and generator.lateness_p99_ms > most_ms:
        reasons.append(
            f"one in a hundred messages was sent {generator.lateness_p99_ms:.1f} ms late or more "
            f"(at most {most_ms:.1f} ms): the machine was busy with something else"
        )
    if generator.burst_send_ms is not None and generator.burst_send_ms > MOST_BURST_MS:
        reasons.append(
            f"messages that were to be sent at once took {generator.burst_send_ms:.0f} ms to send "
            f"(at most {MOST_BURST_MS:.0f} ms)"
        )
    if record.disconnected:
        reasons.append(f"{record.disconnected} connections ended before the run did")
    return reasons


def faults(run: Mapping[str, Any]) -> list[str]:
    """What went wrong with messages, each a clause, from a run of results.json or its books."""
    return [f"{run[key]:,} {what}" for key, what in FAULTS.items() if run.get(key)]


def _stream_p50_ms(record: RunRecord) -> float:
    """The median latency of what was not sent in a burst, 0 if nothing was delivered."""
    latencies = (
        latency_ms(record, number)
        for number, arrival in enumerate(record.schedule)
        if not arrival.burst
    )
    known = [latency for latency in latencies if latency is not None]
    return percentile(known, 50) if known else 0.0
