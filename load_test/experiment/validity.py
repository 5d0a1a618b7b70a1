"""Whether a run may be quoted: the generator watches itself, and says when it was too slow.

A generator at its own limit measures itself and calls it the server. What a server does (refuse,
be slow, leave messages queued) never makes a run invalid.
"""

from dataclasses import dataclass

from load_test.experiment.arrivals import MIDNIGHT, STREAM
from load_test.experiment.latency import latencies_ms
from load_test.experiment.ledger import Books
from load_test.experiment.run import RunRecord
from observability.spans import percentile

MOST_CPU_SHARE = 0.70  # of one core, on average; beyond it waiting for the core shows in latency
# Lateness counts as latency, so it must be small beside it.
MOST_LATENESS_MS = 5.0
MOST_LATENESS_SHARE = 0.10  # of the stream's median latency, where that allows more
MOST_BURST_MS = 100.0  # "all at once", as people see it


@dataclass(frozen=True)
class Generator:
    """How the generator did, from the start until the time was up."""

    cpu_share: float
    lateness_p99_ms: float | None  # in the stream: sent after the intended moment
    burst_send_ms: float | None  # from midnight until the last of its messages was sent
    received: int  # broadcasts, all members' together


def watch_generator(record: RunRecord) -> Generator:
    """The generator's own numbers of a run."""
    late_ms: dict[str, list[float]] = {STREAM: [], MIDNIGHT: []}
    for arrival, sent_s in zip(record.schedule, record.ledger.sent_s, strict=True):
        if sent_s is not None:
            late_ms[arrival.phase].append((sent_s - record.started_s - arrival.at_s) * 1000)
    return Generator(
        cpu_share=record.generator_cpu_share,
        lateness_p99_ms=percentile(late_ms[STREAM], 99) if late_ms[STREAM] else None,
        burst_send_ms=max(late_ms[MIDNIGHT], default=None),
        received=sum(len(numbers) for numbers in record.ledger.received),
    )


def why_invalid(record: RunRecord, generator: Generator, books: Books) -> list[str]:
    """All reasons why a run is void, each a clause; none if it is valid."""
    reasons = []
    if generator.cpu_share > MOST_CPU_SHARE:
        reasons.append(
            f"the generator took {generator.cpu_share:.0%} of its core "
            f"(at most {MOST_CPU_SHARE:.0%}): use a lighter load, or a quieter machine"
        )
    stream_ms = latencies_ms(record, STREAM)
    p50_ms = percentile(stream_ms, 50) if stream_ms else 0.0
    most_ms = max(MOST_LATENESS_MS, MOST_LATENESS_SHARE * p50_ms)
    if generator.lateness_p99_ms is not None and generator.lateness_p99_ms > most_ms:
        reasons.append(
            f"one in a hundred messages was sent {generator.lateness_p99_ms:.1f} ms late or more "
            f"(at most {most_ms:.1f} ms): the machine was busy with something else"
        )
    if generator.burst_send_ms is not None and generator.burst_send_ms > MOST_BURST_MS:
        reasons.append(
            f"midnight's messages took {generator.burst_send_ms:.0f} ms to send "
            f"(at most {MOST_BURST_MS:.0f} ms)"
        )
    if record.disconnected:
        reasons.append(f"{record.disconnected} connections ended before the run did")
    if books.missing or books.strangers:
        reasons.append(
            f"members missed {books.missing} broadcasts that others of their room got, "
            f"and got {books.strangers} of other rooms"
        )
    return reasons
