"""Does Prometheus tell what happened? Its figures against the clients' ledgers and the system.

Counts must be equal. A rate is taken from looks two seconds apart, and a quantile from buckets, so
these fit within what that allows.
"""

import math
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psutil

from observability import names
from observability.metrics import SECONDS_BOUNDS
from observability.spans import percentile
from tests.stack.checks import Check
from tests.stack.evening import PACKAGES, USERS, Evening
from tests.stack.prometheus import Prometheus
from tests.stack.stage import Stage

RATE_WINDOW_S = 10  # within the stream, and long against the 2 s between two looks
RATE_TOLERANCE = 0.1
SYSTEM_TOLERANCE = 0.1
CPU_TOLERANCE_S = 0.5  # that a look and a question at idle may take


@dataclass(frozen=True)
class Comparison:
    """One figure of Prometheus and what somebody else says; how far apart they may be, in all."""

    what: str
    told: float
    witnessed: float
    apart: float = 0.0

    @property
    def problem(self) -> str | None:
        """What is wrong, if they do not fit; a figure that is missing fits nothing."""
        if abs(self.told - self.witnessed) <= self.apart:
            return None
        within = f", and {self.apart:,.4g} may be between" if self.apart else ""
        return f"{self.what} is {self.told:,.6g}, the witness says {self.witnessed:,.6g}{within}"


def check_figures(stage: Stage, evening: Evening) -> list[Check]:
    """All comparisons, a line of the table for each kind."""
    told = stage.prometheus
    kinds = {
        "counts equal the ledgers'": _counts,
        "rates fit the ledgers' deliveries": _rates,
        "latencies fit what clients saw": _latencies,
    }
    checks = []
    for title, kind in kinds.items():
        found = [each for job in PACKAGES for each in kind(told, evening, job)]
        checks.append(_check(title, found))
    pids = {job: stage.servers[job].pid for job in PACKAGES}
    system = [each for job, pid in pids.items() for each in _system(told, pid, evening, job)]
    return [*checks, _check("memory and CPU fit the system's", system)]


def check_refusals(stage: Stage, job: str) -> Check:
    """Of a server with a full queue: what it refused, and that it accepted the rest."""
    ledger, at_s = stage.guests[job].ledger, time.time()
    refused = Counter(code for code in ledger.refused_as if code)
    full = f'{names.REFUSED}_total{{reason="queue_full"}}'
    counts = {full: refused["queue_full"], f"{names.ACCEPTED}_total": ledger.sent - refused.total()}
    comparisons = [
        Comparison(f"{job}: {metric}", stage.prometheus.value(of(metric, job), at_s), count)
        for metric, count in counts.items()
    ]
    return _check("refusals of a full queue equal the ledger's", comparisons)


def _check(title: str, comparisons: Sequence[Comparison]) -> Check:
    problems = [each.problem for each in comparisons if each.problem]
    return Check(title, len(comparisons), problems)


def _counts(told: Prometheus, evening: Evening, job: str) -> Iterator[Comparison]:
    ledger = evening.ledgers[job]
    refused = Counter(code for code in ledger.refused_as if code)
    kept = sum(each is not None for each in ledger.acknowledged_s)
    totals = {
        f"{names.ACCEPTED}_total": kept,
        f"{names.STORED}_total": ledger.delivered,
        f"{names.FAILED}_total": 0,
        f"{names.QUEUE_MESSAGES}": 0,
        f"{names.STORE_SECONDS}_count": ledger.delivered,
        f"{names.BATCH_SIZES}_sum": ledger.delivered,
        f"{names.CLIENTS}": USERS,
        **{
            f'{names.REFUSED}_total{{reason="{reason}"}}': refused[reason]
            for reason in names.REFUSAL_REASONS
        },
    }
    if job == "challenge":  # a write for each message: the lesson
        totals |= {f"{names.FILE_WRITES}_total": ledger.delivered}
        totals |= {f"{names.BATCH_SIZES}_count": ledger.delivered}
    for metric, count in totals.items():
        yield Comparison(f"{job}: {metric}", told.value(of(metric, job), evening.ended_s), count)
    yield Comparison(f"{job}: messages that are still open", ledger.waiting, 0)


def _rates(told: Prometheus, evening: Evening, job: str) -> Iterator[Comparison]:
    until_s = evening.stream_ended_s
    delivered = evening.delivered(job, until_s - RATE_WINDOW_S, until_s)
    per_s = delivered / RATE_WINDOW_S
    for metric in (f"{names.STORED}_total", f"{names.STORE_SECONDS}_count"):
        rate = f"rate({of(metric, job)}[{RATE_WINDOW_S}s])"
        value = told.value(rate, until_s)
        yield Comparison(f"{job}: {rate}", value, per_s, RATE_TOLERANCE * per_s)


def _latencies(told: Prometheus, evening: Evening, job: str) -> Iterator[Comparison]:
    """A message is stored before its sender sees it: so within each bound, no fewer are stored
    than clients saw; and the p99 stands in the bucket in which theirs is, or in the one below.
    """
    seen_s = evening.latencies_s(job)
    buckets = of(f"{names.STORE_SECONDS}_bucket", job)
    series = told.query(buckets, evening.ended_s)
    stored = {float(each.labels["le"]): each.points[0][1] for each in series}
    for bound_s in SECONDS_BOUNDS:
        seen = sum(each_s <= bound_s for each_s in seen_s)
        within = stored.get(bound_s, math.nan)
        fits = 0 <= within - seen
        yield Comparison(f"{job}: stored within {bound_s} s", within, within if fits else seen)
    p99_s = told.value(f"histogram_quantile(0.99, {buckets})", evening.ended_s)
    yield Comparison(
        f"{job}: the bucket of the p99", bucket_of(p99_s), bucket_of(percentile(seen_s, 99)), 1
    )


def _system(told: Prometheus, pid: int, evening: Evening, job: str) -> Iterator[Comparison]:
    """The server is idle by now: what the system says of it is what it was when all was done."""
    process = psutil.Process(pid)
    memory, cpu = "process_resident_memory_bytes", "process_cpu_seconds_total"
    rss = process.memory_info().rss
    value = told.value(of(memory, job), evening.ended_s)
    yield Comparison(f"{job}: {memory}", value, rss, SYSTEM_TOLERANCE * rss)
    cpu_s = sum(process.cpu_times()[:2])
    value = told.value(of(cpu, job), evening.ended_s)
    yield Comparison(f"{job}: {cpu}", value, cpu_s, CPU_TOLERANCE_S)


def of(metric: str, job: str) -> str:
    """The selector of a metric of one job; the metric may have labels already."""
    name, _, labels = metric.rstrip("}").partition("{")
    return f'{name}{{job="{job}"{"," if labels else ""}{labels}}}'


def bucket_of(seconds: float) -> float:
    """The number of the bucket that a time falls into; not a number for what is none."""
    return math.nan if math.isnan(seconds) else bisect_left(SECONDS_BOUNDS, seconds)
