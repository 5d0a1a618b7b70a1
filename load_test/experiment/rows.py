"""The rows of the before/after table, the same in the terminal and on the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from load_test.experiment import quantities
from load_test.experiment.sides import Cell, Side, sides
from observability import names

SPAN_ORDER = (
    names.SEND_MESSAGE,
    names.FLUSH_MESSAGES,
    names.CREATE_MESSAGE,
    names.CREATE_MESSAGES_BATCH,
    names.FILE_READ,
    names.FILE_WRITE,
)
# What must not happen at any speed, by its key in results.json.
FAULTS = {"lost": "lost", "doubled": "doubled", "out_of_order": "out of order"}
PERCENTILES = ("p50", "p95", "p99")


@dataclass(frozen=True)
class Row:
    """One line of the table: a cell for each side, and B against A where that means something."""

    group: str
    label: str
    cells: tuple[Cell, ...]
    ratio: str
    fault: bool = False  # must be 0 at any speed


def table_rows(results: dict[str, Any]) -> list[Row]:
    """All rows, in the order in which they are read."""
    both = sides(results)
    return [*_speed(both), *_promise(both), *_books(both), *_work(both), *_spans(both)]


def _row(group: str, label: str, both: Sequence[Side], *keys: str, compare: bool = True) -> Row:
    cells = tuple(side.cell(*keys) for side in both)
    return Row(group, label, cells, ratio(cells) if compare else "")


def ratio(cells: tuple[Cell, ...]) -> str:
    """B against A, or nothing where one of them was not measured or is 0."""
    values = [cell.value for cell in cells]
    if len(values) == 2 and all(isinstance(value, int | float) and value > 0 for value in values):
        return quantities.ratio(values[1], values[0])  # type: ignore[arg-type]
    return ""


def _speed(both: Sequence[Side]) -> Iterator[Row]:
    group = "Speed"
    yield _row(group, "Delivered messages per second", both, "delivered_per_s")
    for name in PERCENTILES:
        yield _row(group, f"Send to broadcast, {name}", both, "latency_ms", name)
    yield _row(group, "A lone message, quiet server", both, "lone_message_ms")


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
    for key, what in FAULTS.items():
        yield Row(group, what.capitalize(), tuple(side.cell(key) for side in both), "", fault=True)


def _work(both: Sequence[Side]) -> Iterator[Row]:
    group = "Work"
    for key, what in (
        ("file_writes_per_message", "File writes per message"),
        ("bytes_written_per_message", "Bytes written per message"),
    ):
        for phase in phase_names(both):
            yield _row(group, f"{what}, {phase}", both, "phases", phase, key)
    yield _row(group, "CPU time per 1,000 messages", both, "cpu_s_per_1000")
    yield _row(group, "Peak memory", both, "peak_rss_bytes")


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
