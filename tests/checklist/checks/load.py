"""Item 4, the load test: nothing lost, few writes, faster than the challenge, and no leak.

What is counted decides. Times are judged only where the counted work was good, with wide margins:
noise makes a server slower, and never faster. Where the generator was disturbed, or the comparison
has no verdict, the answer is *cannot tell*.
"""

import math
from collections.abc import Iterator

from load_test.experiment import verdict
from tests.checklist.check import Verdict, cannot_tell, check, expect
from tests.checklist.scenarios.experiment import Compared
from tests.checklist.scenarios.load import Loaded
from tests.checklist.scenarios.new_year import Part


@check("load", needs=("handler.keeps_its_books",))
def keeps_everything(seen: Loaded) -> Verdict:
    """Under load every message is stored once, in order, and shown to all in its room. None is
    refused: the queue has room for all of them.
    """
    parts = (seen.stream, seen.midnight)
    sent, shown = sum(part.sent for part in parts), sum(part.shown for part in parts)
    wrong = list(_wrong(seen))
    return expect(
        not wrong,
        f"all of {sent:,} messages stored and shown once, in order; none refused",
        "; ".join(wrong) or f"so it was, {shown:,} of them before the time was up",
    )


@check("load", needs=("processor.coalesces_burst",))
def few_writes_per_message(
    seen: Loaded, *, most_in_the_stream: float, most_at_midnight: float
) -> Verdict:
    """Under load one write of a file is for many messages, in a stream of greetings and at
    midnight.
    """
    stream, midnight = seen.stream, seen.midnight
    expected = (
        f"at most {most_in_the_stream:g} writes per message in the stream, "
        f"{most_at_midnight:g} at midnight"
    )
    in_the_stream, at_midnight = _writes_per_message(stream), _writes_per_message(midnight)
    if in_the_stream is None or at_midnight is None:
        return cannot_tell(expected, "nobody counted the writes")
    source = " (as the server itself says)" if stream.writes is None else ""
    return expect(
        in_the_stream <= most_in_the_stream and at_midnight <= most_at_midnight,
        expected,
        f"{in_the_stream:.2g} for {stream.shown:,} messages in the stream, "
        f"{at_midnight:.2g} for {midnight.shown:,} at midnight{source}",
    )


@check("experiment", needs=("load.keeps_everything", "load.few_writes_per_message"))
def is_faster(seen: Compared, *, least_ratio: float) -> Verdict:
    """Measured in turns with the challenge, it delivers a multiple of its messages a second."""
    expected = f"at least {least_ratio:g} times as many messages a second as the challenge"
    if seen.fault:
        return expect(False, expected, f"its speed does not count: {seen.fault}")
    if seen.ratio is None or seen.low is None or seen.high is None:
        return cannot_tell(expected, "there was no time for one pair of turns")
    actual = f"{seen.ratio:.1f} times by {seen.pairs} pairs"
    if math.isfinite(seen.high):
        actual += f", between {seen.low:.1f} and {seen.high:.1f}"
    if seen.outcome == verdict.FASTER and seen.ratio >= least_ratio:
        return expect(True, expected, actual)
    if seen.high < least_ratio:
        return expect(False, expected, actual)
    return cannot_tell(expected, actual)


@check("load", needs=("load.keeps_everything", "load.few_writes_per_message"))
def meets_its_latency_objective(
    seen: Loaded, *, most_p95_ms: float, most_at_midnight_s: float
) -> Verdict:
    """In the stream people see their greetings soon, and midnight is over after some seconds."""
    stream, midnight = seen.stream, seen.midnight
    expected = (
        f"95 of 100 greetings of the stream shown within {most_p95_ms:g} ms, "
        f"all {midnight.sent:,} of midnight within {most_at_midnight_s:g} s"
    )
    if stream.p95_ms is None or midnight.slowest_ms is None:
        return expect(False, expected, "nothing was shown before the time was up")
    actual = (
        f"{stream.p95_ms:.0f} ms; {midnight.shown:,} of midnight, "
        f"the last after {midnight.slowest_ms / 1000:.1f} s"
    )
    complete = stream.shown == stream.sent and midnight.shown == midnight.sent
    in_time = stream.p95_ms <= most_p95_ms and midnight.slowest_ms <= most_at_midnight_s * 1000
    if seen.disturbed and not (complete and in_time):
        return cannot_tell(expected, f"{actual}; but the load itself was late, twice")
    return expect(complete and in_time, expected, actual)


@check("load", needs=("load.keeps_everything",))
def memory_stays(seen: Loaded, *, most_bytes_per_message: int, least_messages: int) -> Verdict:
    """What a message takes in memory is let go once it is stored and shown."""
    growth = seen.growth
    expected = f"at most {most_bytes_per_message:,} bytes more memory for each message"
    if growth.messages < least_messages:
        return cannot_tell(
            expected,
            f"too slow to tell: {growth.messages:,} messages after the first, where "
            f"{least_messages:,} are needed",
        )
    return expect(
        growth.rss_bytes <= most_bytes_per_message * growth.messages,
        expected,
        f"{max(0, growth.rss_bytes) / growth.messages:,.0f} bytes each, "
        f"over {growth.messages:,} messages",
    )


def _wrong(seen: Loaded) -> Iterator[str]:
    """What went wrong with messages, in words."""
    yield from seen.account.faults()
    for code, count in seen.refused.items():
        yield f"{count:,} refused ({code})"


def _writes_per_message(part: Part) -> float | None:
    """As the system counted them, or where it does not, as the server claims. One that shows
    nothing wrote in vain.
    """
    writes = part.claimed_writes if part.writes is None else part.writes
    return None if writes is None else writes / part.shown if part.shown else math.inf
