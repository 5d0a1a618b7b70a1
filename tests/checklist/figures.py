"""Figures that were measured on the way: for people to read, and never worth a point."""

from collections.abc import Callable, Mapping
from typing import Any

from load_test.experiment import quantities
from tests.checklist.scenarios.experiment import INVALID, Compared
from tests.checklist.scenarios.load import Loaded

RATIO, LOW, HIGH = "speed_ratio", "speed_ratio_low", "speed_ratio_high"
# What each is called, and how it is written.
FIGURES: dict[str, tuple[str, Callable[[float], str]]] = {
    RATIO: ("Messages delivered a second, times the challenge’s", quantities.number),
    LOW: ("at least", quantities.number),
    HIGH: ("at most", quantities.number),
    "stream_writes_per_message": ("File writes for each message of a stream", quantities.number),
    "midnight_writes_per_message": ("File writes for each message at midnight", quantities.number),
    "stream_p95_ms": ("One in twenty messages of the stream took longer than", quantities.duration),
}


def measured(evidence: Mapping[str, Any]) -> dict[str, float]:
    """The figures in the evidence of a grading; those of which there is none are left out."""
    found: dict[str, float | None] = {}
    compared, loaded = evidence.get("experiment"), evidence.get("load")
    if isinstance(compared, Compared) and compared.outcome != INVALID:
        found |= {RATIO: compared.ratio, LOW: compared.low, HIGH: compared.high}
    if isinstance(loaded, Loaded):
        for name, part in (("stream", loaded.stream), ("midnight", loaded.midnight)):
            if part.writes is not None and part.shown:
                found[f"{name}_writes_per_message"] = part.writes / part.shown
        if not loaded.disturbed:
            found["stream_p95_ms"] = loaded.stream.p95_ms
    return {name: value for name, value in found.items() if value is not None}


def figures(measured: Mapping[str, float]) -> list[tuple[str, str]]:
    """The figures in words, as name and value, in their order."""
    return [
        (title, write(measured[name]))
        for name, (title, write) in FIGURES.items()
        if name in measured
    ]
