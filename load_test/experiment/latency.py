"""Latency: from the moment when a message should have been sent to its sender's own broadcast.

Only messages that were delivered before the time was up have one. So a server that leaves many
undelivered may show a good p50: never read it without the number of those.
"""

from collections.abc import Sequence
from typing import Any

from load_test.experiment.run import RunRecord
from observability.spans import percentile_of_sorted


def latency_ms(record: RunRecord, number: int) -> float | None:
    """Milliseconds that message `number` took, or None if its sender never saw it in time."""
    return _since_intended_ms(record, number, record.ledger.delivered_s[number])


def latencies_ms(record: RunRecord, phase: str | None = None) -> list[float]:
    """The latencies of all messages, or of those that were to be sent in a phase."""
    latencies = (
        latency_ms(record, number)
        for number, arrival in enumerate(record.schedule)
        if phase in (None, arrival.phase)
    )
    return [latency for latency in latencies if latency is not None]


def acknowledgements_ms(record: RunRecord, phase: str | None = None) -> list[float]:
    """Milliseconds from the intended moment to the acknowledgement, of those that came in time."""
    times = (
        _since_intended_ms(record, number, record.ledger.acknowledged_s[number])
        for number, arrival in enumerate(record.schedule)
        if phase in (None, arrival.phase)
    )
    return [time for time in times if time is not None]


def percentiles(values: Sequence[float]) -> dict[str, float] | None:
    """The three in which everything is told, or None where there are no values."""
    if not values:
        return None
    ordered = sorted(values)
    return {f"p{percent}": percentile_of_sorted(ordered, percent) for percent in (50, 95, 99)}


def distribution(values: Sequence[float]) -> list[float] | None:
    """The 0th to the 100th percentile, 101 numbers; the 0th is the smallest value."""
    if not values:
        return None
    ordered = sorted(values)
    return [ordered[0], *(percentile_of_sorted(ordered, percent) for percent in range(1, 101))]


def timeline(record: RunRecord) -> list[dict[str, Any]]:
    """One entry for each second of the run.

    `sent` and `latency_ms` go by the second in which messages should have been sent, `delivered`
    by that in which they came. `waiting` is how many, at the end of the second, had been sent and
    were neither delivered nor refused.
    """
    ledger, start_s = record.ledger, record.started_s
    seconds = max(1, -int(-(record.ended_s - start_s) // 1))
    sent, delivered, settled = [0] * seconds, [0] * seconds, [0] * seconds
    latencies: list[list[float]] = [[] for _ in range(seconds)]
    for number, arrival in enumerate(record.schedule):
        if ledger.sent_s[number] is None:
            continue
        second = int(arrival.at_s)
        sent[second] += 1
        latency = latency_ms(record, number)
        refused_s = ledger.refused_s[number]
        if latency is not None:
            latencies[second].append(latency)
            came = int(arrival.at_s + latency / 1000)
            delivered[min(came, seconds - 1)] += 1
            settled[min(came, seconds - 1)] += 1
        elif refused_s is not None and refused_s <= record.ended_s:
            settled[min(int(refused_s - start_s), seconds - 1)] += 1
    entries = []
    waiting = 0
    for second in range(seconds):
        waiting += sent[second] - settled[second]
        entries.append(
            {
                "t_s": second,
                "sent": sent[second],
                "delivered": delivered[second],
                "waiting": waiting,
                "latency_ms": percentiles(latencies[second]),
            }
        )
    return entries


def _since_intended_ms(record: RunRecord, number: int, at_s: float | None) -> float | None:
    if at_s is None or at_s > record.ended_s:
        return None
    return (at_s - record.started_s - record.schedule[number].at_s) * 1000
