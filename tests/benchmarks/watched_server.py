"""A chat server that tells how long its hub was stopped, and how long by exports of spans.

    WATCHED_SERVER=solution HUB_STOPS=FILE python -m tests.benchmarks.watched_server FLAGS

The product as it is. All greenlets share one thread: while one of them runs without giving way,
everybody else waits. greenlet calls us at each switch, so every such time is known exactly; a
greenlet that sleeps for 1 ms and looks how late it wakes would only see some of them, and not
whose they were. The price is a microsecond or two for each switch: processor time is measured in
runs of their own. FILE is written when the server has ended.
"""

import importlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any, Self

import greenlet

# An export may not stop the others for longer: a fifth of the 50 ms that a batch is gathered.
MOST_STOP_MS = 10.0


@dataclass
class Stops:
    """What one kind of greenlets did to the others, from one switch to the next.

    `longest_ms` is the longest time that others waited, `longest_cpu_ms` the most that was
    computed in one; what the first is longer went to other threads and processes. The export that
    computed most was of so many `spans`, with so many `links`.
    """

    times: int = 0
    too_long: int = 0
    longest_ms: float = 0.0
    longest_cpu_ms: float = 0.0
    spans: int = 0
    links: int = 0

    def add(self, ran_ms: float, cpu_ms: float) -> bool:
        """One more time; whether it computed the most so far."""
        self.times += 1
        self.too_long += ran_ms > MOST_STOP_MS
        self.longest_ms = max(self.longest_ms, ran_ms)
        most = cpu_ms > self.longest_cpu_ms
        self.longest_cpu_ms = max(self.longest_cpu_ms, cpu_ms)
        return most


class HubWatch:
    """Adds up, at each switch between greenlets, who ran for how long, while its context lasts.

    The hub's own greenlet does not count: it waits until there is something to do.
    """

    def __init__(self, hub: greenlet.greenlet) -> None:
        self.by_exports, self.by_others = Stops(), Stops()
        self._hub = hub
        self._batches: dict[greenlet.greenlet, tuple[int, int]] = {}  # spans and links
        self._since_s = self._since_cpu_s = 0.0

    def __enter__(self) -> Self:
        self._since_s, self._since_cpu_s = perf_counter(), thread_time()
        greenlet.settrace(self)
        return self

    def __exit__(self, *_: object) -> None:
        greenlet.settrace(None)

    def __call__(self, event: str, greenlets: Any) -> None:
        """greenlet: the first of the two has run until now, the second comes."""
        now_s, cpu_s = perf_counter(), thread_time()
        ran = greenlets[0]
        if ran is not self._hub:
            took_ms = ((now_s - self._since_s) * 1000, (cpu_s - self._since_cpu_s) * 1000)
            batch = self._batches.get(ran)
            if batch is None:
                self.by_others.add(*took_ms)
            elif self.by_exports.add(*took_ms):
                self.by_exports.spans, self.by_exports.links = batch
        self._since_s, self._since_cpu_s = perf_counter(), thread_time()

    def export_begins(self, spans: Sequence[Any]) -> None:
        """The greenlet that runs exports these spans, and has no other work."""
        links = sum(len(span.links) for span in spans)
        self._batches[greenlet.getcurrent()] = (len(spans), links)

    def readings(self) -> dict[str, Any]:
        """What was seen, for JSON."""
        return {"by_exports": asdict(self.by_exports), "by_others": asdict(self.by_others)}


def main() -> int:
    """Run the server, and watch it from when it serves until it has drained."""
    # Imported first, because it patches the standard library.
    server: Any = importlib.import_module(f"{os.environ['WATCHED_SERVER']}.__main__")
    tracing: Any = importlib.import_module("observability.tracing")
    hubs: Any = importlib.import_module("eventlet.hubs")
    watch = HubWatch(hubs.get_hub().greenlet)
    export, serve = tracing.CountedExporter.export, server.serve

    def export_watched(exporter: Any, spans: Sequence[Any]) -> Any:
        watch.export_begins(spans)
        return export(exporter, spans)

    def serve_watched(*arguments: Any) -> Any:
        with watch:
            code = serve(*arguments)
        Path(os.environ["HUB_STOPS"]).write_text(json.dumps(watch.readings()))
        return code

    tracing.CountedExporter.export = export_watched
    server.serve = serve_watched
    return int(server.main())


if __name__ == "__main__":
    exit_code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)  # as the server does
