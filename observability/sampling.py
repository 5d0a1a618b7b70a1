"""Which traces are kept: all, until there are more than anybody will look at.

Head sampling: a trace is kept or not when its first span begins, and whole. The price: what turns
out to be slow or to fail may be missing. The alternative, deciding at the end, keeps and exports
everything first, and that is what costs.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    DEFAULT_OFF,
    DEFAULT_ON,
    Decision,
    ParentBased,
    ParentBasedTraceIdRatio,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from observability import names

log = logging.getLogger(__name__)

SAMPLER, ARGUMENT = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"
# A chat of people stays below, so all of it is kept; New Year's greetings are ten times as many.
KEPT_PER_S = 50.0
BUSY_SHARE = 0.16  # of that, while there are more: 8 of each name a second
SKIPPED = SamplingResult(Decision.DROP)
RATE_LIMITING = "ratelimiting"  # as Jaeger's own clients call it
FIXED = {
    "always_on": ALWAYS_ON,
    "always_off": ALWAYS_OFF,
    "parentbased_always_on": DEFAULT_ON,
    "parentbased_always_off": DEFAULT_OFF,
}
RATIOS = {"traceidratio": TraceIdRatioBased, "parentbased_traceidratio": ParentBasedTraceIdRatio}
SAMPLERS = (RATE_LIMITING, *FIXED, *RATIOS)


@dataclass
class Bucket:
    """What may still be kept of one kind of trace; `began` since the rate was looked at, and
    `skipped` since one was kept.
    """

    tokens: float
    filled_s: float
    began: int = 0
    skipped: int = 0


class RateLimited(Sampler):
    """Keeps up to `per_s` traces a second of each name, and as many at once after a pause.

    While there are more of a name, `busy_per_s` of each are kept: of so many that is enough to look
    at, and a server that is busy has no time for more. A trace that is kept says, as
    ``sampling.skipped``, how many of its name were not since the one before: those kept and those
    skipped together are all there were.
    """

    def __init__(self, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.skipped = 0
        self._per_s = self._now_per_s = per_s
        self._clock = clock
        self._looked_s = clock()
        self._buckets: dict[str, Bucket] = {}

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Keep the trace that begins with this span, or count it."""
        now_s = self._clock()
        if now_s - self._looked_s >= 1:
            self._look_back(now_s)
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(self._now_per_s, now_s)
        bucket.began += 1
        gained = (now_s - bucket.filled_s) * self._now_per_s
        bucket.tokens = min(self._now_per_s, bucket.tokens + gained)
        bucket.filled_s = now_s
        if bucket.tokens < 1:
            self._skip(name, bucket)
            return SKIPPED
        bucket.tokens -= 1
        told = {names.SAMPLING_SKIPPED: bucket.skipped} if bucket.skipped else {}
        bucket.skipped = 0
        return SamplingResult(Decision.RECORD_AND_SAMPLE, {**(attributes or {}), **told})

    @property
    def busy_per_s(self) -> float:
        """How many are kept of each name while there are more than `per_s` of one; at least 1."""
        return max(1.0, self._per_s * BUSY_SHARE)

    def get_description(self) -> str:
        """The name of this sampler and its bound."""
        return f"RateLimited{{{self._per_s:g}/s}}"

    def _look_back(self, now_s: float) -> None:
        """Keep all again, if no name had more than its rate since the last look."""
        bound = self._per_s * (now_s - self._looked_s)
        if all(bucket.began <= bound for bucket in self._buckets.values()):
            self._now_per_s = self._per_s
        self._looked_s = now_s
        for bucket in self._buckets.values():
            bucket.began = 0

    def _skip(self, name: str, bucket: Bucket) -> None:
        if not self.skipped:
            log.info(
                "more than %g traces a second of %s: %g a second of each kind are kept, the others "
                "counted (%s=always_on keeps all)", self._per_s, name, self.busy_per_s, SAMPLER,
            )  # fmt: skip
        bucket.skipped += 1
        self.skipped += 1
        self._now_per_s = self.busy_per_s


def choose_sampler(environ: Mapping[str, str]) -> tuple[Sampler, Callable[[], int]]:
    """The sampler that the variables name, and how many traces it has skipped so far, if it counts.

    Raises ValueError, with a sentence for the user, if one of the variables is wrong.
    """
    name = environ.get(SAMPLER) or RATE_LIMITING  # set to nothing means unset, says the standard
    if name not in SAMPLERS:
        raise ValueError(f"{SAMPLER} must be one of {', '.join(SAMPLERS)}, not {name!r}")
    if name in FIXED:
        return FIXED[name], lambda: 0
    if name in RATIOS:
        return RATIOS[name](_argument(environ, 1.0, most=1.0)), lambda: 0
    limited = RateLimited(_argument(environ, KEPT_PER_S, least=1.0))
    return ParentBased(limited), lambda: limited.skipped


def _argument(
    environ: Mapping[str, str], default: float, least: float = 0.0, most: float = 1_000_000.0
) -> float:
    text = environ.get(ARGUMENT, "") or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= most:
        raise ValueError(
            f"{ARGUMENT} must be a number from {least:.0f} to {most:.0f}, not {text!r}"
        )
    return value
