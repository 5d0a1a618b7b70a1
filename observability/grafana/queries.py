"""What the panels ask of Prometheus, in its language.

Grafana replaces `$job` by the servers chosen on the dashboard, `$__rate_interval` by a few looks of
Prometheus, and `$__range` by all the time shown. Where nothing happened there is no figure: a
division by 0 would draw nonsense.
"""

from observability import names

JOBS = 'job=~"$job"'
LATELY = "$__rate_interval"
ALL_TIME_SHOWN = "$__range"

MEMORY = "process_resident_memory_bytes"
CPU_SECONDS = "process_cpu_seconds"


def now(gauge: str) -> str:
    """A gauge of each server."""
    return f"sum by (job) ({gauge}{{{JOBS}}})"


def most(gauge: str) -> str:
    """The highest value of a gauge in the time shown."""
    return f"max by (job) (max_over_time({gauge}{{{JOBS}}}[{ALL_TIME_SHOWN}]))"


def rate(counter: str, by: str = "job", over: str = LATELY) -> str:
    """How much a counter grew in a second; `counter` without the ``_total``."""
    return _rate(f"{counter}_total", by, over)


def per_message(counter: str) -> str:
    """How much a counter grew for each message that was stored."""
    return _ratio(rate(counter), rate(names.STORED))


def share_lost(over: str = LATELY) -> str:
    """The part of the messages sent, from 0 to 1, that was refused or never stored."""
    refused = rate(names.REFUSED, over=over)
    lost = f"{rate(names.FAILED, over=over)} + {refused}"
    return _ratio(f"({lost})", f"({rate(names.ACCEPTED, over=over)} + {refused})")


def unaccounted() -> str:
    """How many messages are missing in the books: accepted, but not stored, failed or queued."""
    gone = " - ".join(now(f"{counter}_total") for counter in (names.STORED, names.FAILED))
    return f"{now(f'{names.ACCEPTED}_total')} - {gone} - {now(names.QUEUE_MESSAGES)}"


def mean(histogram: str) -> str:
    """The mean of what a histogram counted."""
    return _ratio(_rate(f"{histogram}_sum"), _rate(f"{histogram}_count"))


def quantile(part: float, histogram: str, over: str = LATELY) -> str:
    """The value that a part (0 to 1) stays below; as exact as the buckets are narrow."""
    # Of nothing the quantile is NaN, which is not at least 0.
    return f"histogram_quantile({part:g}, {_rate(f'{histogram}_bucket', 'job, le', over)}) >= 0"


def buckets(histogram: str, jobs: str = JOBS) -> str:
    """How many values fell up to each bound, for a heat map."""
    return f"sum by (le) (increase({histogram}_bucket{{{jobs}}}[{LATELY}]))"


def _rate(sample: str, by: str = "job", over: str = LATELY) -> str:
    return f"sum by ({by}) (rate({sample}{{{JOBS}}}[{over}]))"


def _ratio(part: str, whole: str) -> str:
    return f"{part} / ({whole} > 0)"
