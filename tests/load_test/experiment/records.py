"""Records of runs made by hand, for tests of what is made of them."""

from collections.abc import Sequence

from load_test.experiment.arrivals import Arrival
from load_test.experiment.counters import FILE_WRITES, FILE_WRITTEN_BYTES, STORED, Snapshot
from load_test.experiment.evening import MIDNIGHT, STREAM, Evening
from load_test.experiment.load import Load
from load_test.experiment.run import RunRecord
from observability.spans import Span

START_S = 1000.0  # of `time.perf_counter`, anything but 0
START_US = 5_000_000_000
SECOND_US = 1_000_000


def snapshot(
    at_s: float, stored: int, writes: int, size: int, cpu_s: float = 0.0, system: int | None = None
) -> Snapshot:
    """The counters `at_s` seconds after the start."""
    at_us = START_US + round(at_s * SECOND_US)
    metrics = {STORED: stored, FILE_WRITES: writes, FILE_WRITTEN_BYTES: size}
    return Snapshot(START_S + at_s, START_S + at_s, at_us, at_us, metrics, cpu_s, system)


def empty_record(arrivals: Sequence[tuple[float, int, str]], ended_s: float) -> RunRecord:
    """A run of two rooms with two members each, in which nothing has happened yet."""
    settings = Evening(users=4, rooms=2, stream_s=2.0, breath_s=1.0, finish_s=2.0)
    schedule = [
        Arrival(at_s, sender, phase, burst=phase == MIDNIGHT) for at_s, sender, phase in arrivals
    ]
    load = Load(settings.phases, schedule, frames=[], rooms=[0, 1, 0, 1])
    record = RunRecord(load, load.ledger())
    record.started_s, record.ended_s = START_S, START_S + ended_s
    return record


def example_record() -> RunRecord:
    """Four messages: one delivered at once, one late, one refused, one still waiting at the end."""
    arrivals = [(0.0, 0, STREAM), (1.5, 1, STREAM), (3.0, 2, MIDNIGHT), (3.0, 3, MIDNIGHT)]
    record = empty_record(arrivals, ended_s=5.0)
    ledger = record.ledger
    for number, arrival in enumerate(record.schedule):
        ledger.send(number, START_S + arrival.at_s + 0.001)
    ledger.acknowledge(0, "stored", START_S + 0.030)
    for member in (0, 2):
        ledger.receive(member, 0, START_S + 0.020)
    ledger.acknowledge(1, "stored", START_S + 3.6)
    for member in (1, 3):
        ledger.receive(member, 1, START_S + 3.5)
    ledger.refuse(2, "queue_full", START_S + 3.1)
    # The last one came while the server drained.
    ledger.acknowledge(3, "stored", START_S + 5.4)
    for member in (1, 3):
        ledger.receive(member, 3, START_S + 5.3)
    record.edges += [
        snapshot(-0.2, 10, 10, 5_000, cpu_s=1.0, system=8_000),
        snapshot(2.5, 11, 11, 6_000, cpu_s=1.4, system=12_000),
        snapshot(5.0, 12, 12, 7_100, cpu_s=1.5, system=16_000),
    ]
    record.gone_us = START_US + 6 * SECOND_US
    record.peak_rss_bytes = 60_000_000
    record.lone_ms += [5.0, 7.0, 6.0]
    record.exit_code = 0
    return record


def span(operation: str, began_s: float, ended_s: float, **tags: int) -> Span:
    """A span of the run, by its seconds since the start."""
    return Span(
        trace_id="1",
        span_id="2",
        parent_id=None,
        service="challenge",
        operation=operation,
        start_us=START_US + round(began_s * SECOND_US),
        duration_us=round((ended_s - began_s) * SECOND_US),
        tags={name.replace("_", "."): value for name, value in tags.items()},
        events=(),
        links=(),
        error=False,
    )
