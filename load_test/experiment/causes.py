"""Why witnesses disagree: the likely cause, named from what else is known of the run.

The rule is that of a court. Where three or more have counted, and all but one agree, that one is
wrong. Where only two have counted, the one is wrong that was caught elsewhere. It can be mistaken:
two who err alike convict the third. So a note names a likely cause, and voids nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from observability import names

LEDGER, METRICS, SPANS, SYSTEM = "ledger", "metrics", "spans", "system"
STORED, WRITES, BYTES, ANSWERED = (
    "messages stored",
    "file writes",
    "bytes written",
    "messages answered",
)
ALWAYS_ON = "always_on"  # the samplers that keep every span
TOLERANCE_SHARE = 0.02
# Sampled at random, a few of each kind of span are kept in shares that differ so much by chance.
SAME_SHARE_FACTOR = 2.0


@dataclass(frozen=True)
class Counted:
    """What each witness counted of one thing. Counts may differ by `slack`, because of what is
    under way when a run begins and ends, and those of the system by `system_slack`.
    """

    what: str
    counts: Mapping[str, int]
    slack: int
    system_slack: int = 0

    @property
    def agree(self) -> bool | None:
        """Whether they agree; None where there are not two."""
        return self._close(self.counts) if len(self.counts) > 1 else None

    @property
    def odd_one_out(self) -> str | None:
        """Who is contradicted by all others, at least two, that agree among themselves."""
        if self.agree is not False or len(self.counts) < 3:
            return None
        odd = [who for who in self.counts if self._close(self.without(who))]
        return odd[0] if len(odd) == 1 else None

    def without(self, who: str) -> dict[str, int]:
        """What the others counted."""
        return {other: count for other, count in self.counts.items() if other != who}

    def _close(self, counts: Mapping[str, int]) -> bool:
        exact = [count for who, count in counts.items() if who != SYSTEM]
        wide = max(self.slack, self.system_slack)
        return _within(exact, self.slack) and _within(counts.values(), wide)


@dataclass(frozen=True)
class Evidence:
    """What is known beside the counts: of the spans between start and end, and of the system."""

    spans: int = 0  # all that arrived
    spans_dropped: int | None = None  # as the server's own counter says
    sampler: str | None = None  # that the server was told to use
    storing_spans: int = 0  # of a message or a batch, each of which needs one write
    batch_spans: int = 0
    lost_writes: int = 0  # file.write spans that lead back to no message and no flush
    write_calls: int | None = None  # that the system saw, of any kind


def likely_cause(counted: Counted, all_of_them: Sequence[Counted], known: Evidence) -> str:
    """Why the witnesses of one thing do not agree."""
    if counted.what == WRITES and counted.agree and known.lost_writes:
        return _lost_context(known)
    accused = _accused(counted, all_of_them, known)
    if accused is None:
        return "no two of them agree"
    others = counted.without(accused).values()
    few = counted.counts[accused] < min(others)
    if accused == SPANS:
        tell = _few_spans if few else _many_spans
        return tell(counted, all_of_them, known)
    if accused == METRICS:
        error = "count too little" if few else "claim what nobody else saw"
        return f"the server's own metrics {error}"
    if accused == LEDGER:
        if few:
            return "the clients did not get all that was done: broadcasts or answers are missing"
        return "the clients were told more than was done: broadcast, and not stored"
    if counted.counts[SYSTEM] == 0:
        return "the system saw no byte go to a disk: the data folder may lie in memory"
    if few:
        return "the system saw fewer bytes than that: file.bytes and metrics may be invented"
    return "the system saw more bytes than that: the server writes what it does not count"


def _accused(counted: Counted, all_of_them: Sequence[Counted], known: Evidence) -> str | None:
    counts = counted.counts
    if counts.get(SYSTEM) == 0:
        return SYSTEM
    if odd := counted.odd_one_out:
        return odd
    if counted.what == WRITES and known.write_calls is not None:
        impossible = [who for who, count in counts.items() if count > known.write_calls]
        if len(impossible) == 1:
            return impossible[0]
    caught = {each.odd_one_out for each in all_of_them} & set(counts)
    if len(caught) == 1:
        return str(caught.pop())
    if len(counts) > 2:
        return None
    # Spans vouch for each other: as many writes as messages and batches that needed one.
    if counted.what == WRITES and counts[SPANS] == known.storing_spans:
        return METRICS
    return SPANS if SPANS in counts else METRICS


def _few_spans(counted: Counted, all_of_them: Sequence[Counted], known: Evidence) -> str:
    if not known.spans:
        return "no span arrived: tracing is off, or its exporter does not reach the trace store"
    if known.spans_dropped:
        return f"the exporter dropped spans: {known.spans_dropped:,}, says {names.SPANS_DROPPED}"
    shares = _shares_of_spans(all_of_them)
    if known.sampler and ALWAYS_ON not in known.sampler and max(shares) < 1:
        return f"spans are sampled: OTEL_TRACES_SAMPLER is {known.sampler}"
    if len(shares) > 1 and max(shares) < 1 and max(shares) <= SAME_SHARE_FACTOR * min(shares):
        share = sum(shares) / len(shares)
        return f"spans seem to be sampled: of each kind about {share:.0%} arrived"
    return _invented(counted, all_of_them, known) or (
        "spans are missing: they were dropped, or never made"
    )


def _many_spans(counted: Counted, all_of_them: Sequence[Counted], known: Evidence) -> str:
    return _invented(counted, all_of_them, known) or (
        "there are more spans than work: some are made twice, or stand for nothing"
    )


def _invented(counted: Counted, all_of_them: Sequence[Counted], known: Evidence) -> str | None:
    """The attribute that the spans' count is a sum of: if it is one, and all spans are there."""
    if any(each.what == WRITES and each.agree is False for each in all_of_them):
        return None
    if counted.what == BYTES:
        return f"an invented attribute: {names.FILE_BYTES} does not fit what was written"
    if counted.what == STORED and known.batch_spans:
        return f"an invented attribute: {names.BATCH_SIZE} does not fit what was stored"
    return None


def _lost_context(known: Evidence) -> str:
    if known.spans_dropped:
        return f"the exporter dropped spans: {known.spans_dropped:,}, says {names.SPANS_DROPPED}"
    return (
        f"context is lost: {known.lost_writes:,} {names.FILE_WRITE} spans lead back to "
        "no message and no flush"
    )


def _shares_of_spans(all_of_them: Iterable[Counted]) -> list[float]:
    """For each thing that spans count: the share that they saw of what the others saw."""
    return [
        each.counts[SPANS] / max([1, *each.without(SPANS).values()])
        for each in all_of_them
        if SPANS in each.counts and len(each.counts) > 1
    ]


def _within(values: Iterable[int], slack: int) -> bool:
    least, most = min(values, default=0), max(values, default=0)
    return most - least <= max(slack, TOLERANCE_SHARE * most)
