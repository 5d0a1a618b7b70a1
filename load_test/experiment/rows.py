"""The rows of the table, the same in the terminal and on the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from load_test.experiment import quantities
from load_test.experiment.sides import (
    FAULTS,
    Cell,
    Results,
    Side,
    fact,
    histories,
    is_comparison,
    sides,
    work_sides,
)
from observability import names

SPAN_ORDER = (
    names.SEND_MESSAGE,
    names.FLUSH_MESSAGES,
    names.CREATE_MESSAGE,
    names.CREATE_MESSAGES_BATCH,
    names.FILE_READ,
    names.FILE_WRITE,
)
PERCENTILES = ("p50", "p95", "p99")
# What a message costs, by its key in results.json.
COSTS = {
    "cpu_s_per_1000": "CPU time per 1,000 messages",
    "file_writes_per_message": "File writes per message",
    "bytes_written_per_message": "Bytes written per message",
    "read_bytes_per_message": "Bytes read per message",
    "write_calls_per_message": "Write calls per message",
    "read_calls_per_message": "Read calls per message",
    "context_switches_per_message": "Context switches per message",
    "peak_rss_bytes": "Peak memory",
}
GROWING = {
    "cpu_s_per_1000": "CPU time per message",
    "bytes_written_per_message": "Bytes written per message",
    "read_bytes_per_message": "Bytes read per message",
}


@dataclass(frozen=True)
class Row:
    """One line of the table: a cell for each side, and B against A where that means something."""

    group: str
    label: str
    cells: tuple[Cell, ...]
    ratio: str
    fault: bool = False  # must be 0 at any speed


def table_rows(results: Results) -> list[Row]:
    """All rows, in the order in which they are read."""
    both, working = sides(results), work_sides(results)
    if not is_comparison(results):
        return [
            *_speed(both), *_promise(both), *_books(both), *_phase_work(both), *_spans(both),
        ]  # fmt: skip
    rows = [
        *_rates(results, both),
        *_latency("Latency under the light load", both),
        *_promise(both),
        *_faults("Messages, worst of all rounds", both),
        *_heavy_work(both),
        *_work(results, working),
        *_growth(results, both),
        *_spans(working),
    ]
    # A server that breaks the contract has no speed that one could compare.
    return [replace(row, ratio="") for row in rows] if is_invalid(results) else rows


def is_invalid(results: Results) -> bool:
    """Whether the verdict is that speed must not be told."""
    return bool(results["verdict"]["outcome"] == "invalid")


def ratio(cells: tuple[Cell, ...]) -> str:
    """B against A, or nothing where one of them was not measured or is 0."""
    values = [cell.value for cell in cells]
    if len(values) == 2 and all(isinstance(value, int | float) and value > 0 for value in values):
        return quantities.ratio(values[1], values[0])  # type: ignore[arg-type]
    return ""


def _row(group: str, label: str, both: Sequence[Side], *keys: str, compare: bool = True) -> Row:
    cells = tuple(side.cell(*keys) for side in both)
    return Row(group, label, cells, ratio(cells) if compare else "")


def _speed(both: Sequence[Side]) -> Iterator[Row]:
    yield _row("Speed", "Delivered messages per second", both, "delivered_per_s")
    yield from _latency("Speed", both)
    yield _row("Speed", "A lone message, quiet server", both, "lone_message_ms")


def _latency(group: str, both: Sequence[Side]) -> Iterator[Row]:
    for name in PERCENTILES:
        yield _row(group, f"Send to broadcast, {name}", both, "latency_ms", name)


def _rates(results: Results, both: Sequence[Side]) -> Iterator[Row]:
    group = "Delivered messages per second"
    judged = results["verdict"].get("ratio")  # of pairs; the medians alone would give another
    rates = _row(group, "Under the heavy load", both, "delivered_per_s", compare=False)
    yield replace(rates, ratio=quantities.ratio(judged, 1) if judged else "")
    probed = tuple(fact(results, "rates", "capacity_per_s", side.letter) for side in both)
    yield Row(group, "At most, in the probe", probed, "")


def _promise(both: Sequence[Side]) -> Iterator[Row]:
    group = "Acknowledgement"
    yield _row(group, "What it promises", both, "acknowledgement", compare=False)
    # A ratio of times would hide that they are times of different things.
    same = len({side.value("acknowledgement") for side in both}) == 1
    for name in PERCENTILES:
        yield _row(group, f"Send to acknowledgement, {name}", both, "ack_ms", name, compare=same)


def _books(both: Sequence[Side]) -> Iterator[Row]:
    group = "Messages"
    yield _row(group, "Sent", both, "sent", compare=False)
    yield _row(group, "Delivered in time", both, "delivered", compare=False)
    yield _row(group, "Undelivered when the time was up", both, "undelivered", compare=False)
    yield from _faults(group, both)


def _faults(group: str, both: Sequence[Side]) -> Iterator[Row]:
    for key in FAULTS:
        label = key.replace("_", " ").capitalize()
        yield Row(group, label, tuple(side.cell(key) for side in both), "", fault=True)


def _phase_work(both: Sequence[Side]) -> Iterator[Row]:
    group = "Work"
    for key in ("file_writes_per_message", "bytes_written_per_message"):
        for phase in phase_names(both):
            yield _row(group, f"{COSTS[key]}, {phase}", both, "phases", phase, key)
    for key in ("cpu_s_per_1000", "peak_rss_bytes"):
        yield _row(group, COSTS[key], both, key)


def _work(results: Results, both: Sequence[Side]) -> Iterator[Row]:
    sizes = histories(results)
    group = f"Work under the light load, at {sizes[-1]:,} messages" if sizes else "Work"
    for key, label in COSTS.items():
        yield _row(group, label, both, key)


def _heavy_work(both: Sequence[Side]) -> Iterator[Row]:
    group = "Work under the heavy load"  # where batches are full
    for key in ("cpu_s_per_1000", "file_writes_per_message", "bytes_written_per_message"):
        yield _row(group, COSTS[key], both, "phases", "heavy", key)


def _growth(results: Results, both: Sequence[Side]) -> Iterator[Row]:
    if results.get("growth"):
        for key, label in GROWING.items():
            cells = tuple(fact(results, "growth", side.letter, key) for side in both)
            yield Row("With ten times the history", label, cells, "")


def _spans(both: Sequence[Side]) -> Iterator[Row]:
    for name in span_names(both):
        cells = tuple(side.spans(name) for side in both)
        yield Row("Spans per message", name, cells, ratio(cells))


def phase_names(both: Sequence[Side]) -> list[str]:
    """The phases that any run measured, in their order."""
    runs = [run for side in both for run in side.runs.values()]
    return list(dict.fromkeys(phase["name"] for run in runs for phase in run.get("phases") or []))


def span_names(both: Sequence[Side]) -> list[str]:
    """The names of the spans of any run, in the order in which a message meets them."""
    runs = [run for side in both for run in side.runs.values()]
    found = {name for run in runs for name in run.get("spans_per_message") or {}}
    return [name for name in SPAN_ORDER if name in found] + sorted(found - set(SPAN_ORDER))
