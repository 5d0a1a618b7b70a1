"""The watch knows how long each greenlet ran without giving way, and whose time it was."""

from dataclasses import dataclass, field
from time import perf_counter

import greenlet
import pytest

from tests.benchmarks.watched_server import MOST_STOP_MS, HubWatch

# A busy machine makes every time longer, and none shorter.
LONG_MS, SHORT_MS = 1.5 * MOST_STOP_MS, 0.2 * MOST_STOP_MS

CLOCKS_DIFFER_MS = 1.0  # the two are not read at the same instant


@dataclass
class Span:
    """As much of a span as the watch looks at."""

    links: list[int] = field(default_factory=list)


def work(ms: float) -> None:
    """Compute for so long, and give way to nobody."""
    until_s = perf_counter() + ms / 1000
    while perf_counter() < until_s:
        pass


def test_time_is_counted_from_switch_to_switch() -> None:
    # given a greenlet that gives way to the hub between two short times of work
    hub = greenlet.getcurrent()
    with HubWatch(hub) as watch:

        def work_twice() -> None:
            work(LONG_MS)
            hub.switch()
            work(SHORT_MS)

        working = greenlet.greenlet(work_twice)

        # when the hub takes longer than either
        working.switch()
        work(3 * LONG_MS)
        working.switch()

    # then the two times are apart, and the hub's is none
    assert watch.by_others.times == 2
    assert watch.by_others.too_long >= 1
    assert watch.by_others.longest_cpu_ms <= watch.by_others.longest_ms + CLOCKS_DIFFER_MS
    assert watch.by_others.longest_ms == pytest.approx(LONG_MS, abs=LONG_MS)
    assert watch.by_exports.times == 0


def test_exports_are_told_from_the_rest() -> None:
    with HubWatch(greenlet.getcurrent()) as watch:

        def export() -> None:
            watch.export_begins([Span(links=[1, 2]), Span(links=[3])])
            work(SHORT_MS)

        greenlet.greenlet(lambda: work(LONG_MS)).switch()
        greenlet.greenlet(export).switch()

    exports = watch.readings()["by_exports"]
    assert exports["times"] == watch.by_others.times == 1
    assert SHORT_MS <= exports["longest_ms"]
    assert (exports["spans"], exports["links"]) == (2, 3)
    assert LONG_MS <= watch.by_others.longest_ms
