"""Tells Prometheus when midnight struck, so that Grafana can draw a line there.

Locust's web page answers it at /metrics, and Prometheus asks. The price: without a page
(--headless) there is no line, nor from Locust outside the stack (`make load`), whom its Prometheus
does not know. The alternative, to write it into Grafana, needs a password there.
"""

import time
from collections.abc import Callable
from typing import Any

import flask

from load_test.shapes import Evening
from observability.names import MIDNIGHT


class Midnights:
    """When the bursts of an evening strike, in Unix time."""

    def __init__(self) -> None:
        self._times_s: list[float] = []

    def begin(self, evening: Evening | None, began_s: float) -> None:
        """An evening begins, or a load without one; those before are forgotten."""
        bursts = evening.shape.bursts if evening else ()
        length_s = evening.length_s if evening else 0.0
        self._times_s = [began_s + burst.begin * length_s for burst in bursts]

    def end(self, now_s: float) -> None:
        """The load is over: what has not struck yet never will."""
        self._times_s = [time_s for time_s in self._times_s if time_s <= now_s]

    def latest(self, now_s: float) -> float:
        """The last one that has struck; 0 before the first."""
        return max((time_s for time_s in self._times_s if time_s <= now_s), default=0.0)


def offer_midnight(
    app: flask.Flask, events: Any, evening: Callable[[], tuple[Evening | None, float]]
) -> None:
    """Answer at /metrics of Locust's page.

    `events` are Locust's; to import their type would patch this process. `evening` tells, when a
    load starts, which it is (if any) and how many seconds it has lasted.
    """
    midnights = Midnights()

    def begin(**_: object) -> None:
        which, lasted_s = evening()
        midnights.begin(which, time.time() - lasted_s)

    def end(**_: object) -> None:
        midnights.end(time.time())

    def metrics() -> flask.Response:
        text = f"# TYPE {MIDNIGHT} gauge\n{MIDNIGHT} {midnights.latest(time.time()):.3f}\n"
        return flask.Response(text, mimetype="text/plain; version=0.0.4")

    events.test_start.add_listener(begin)
    events.test_stop.add_listener(end)
    app.add_url_rule("/metrics", "midnight", metrics)
