"""Reads the servers' logs back: the statistics of each second, and failures by their cause.

Both forms are read, text and JSON, also in one file. What is no line of ours (the end of a file
that a crash tore, a traceback, rubbish) is counted and left out.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) [A-Z]+ [\w.]+: (.*)", re.DOTALL)
STATISTICS = re.compile(r"processed=\d+ queued=\d+( \w+=[\d.]+)+")
FAILURE = re.compile(r"cannot store a batch of \d+ \((.*)\), ")
SERVES = re.compile(r"\S+ serves at http")  # printed, and often caught in the same file
NEEDED = ("processed", "queued", "rate", "batch_max", "writes", "reads", "bytes")


@dataclass
class Log:
    """What one log tells: a mapping of figures for each second with work, oldest first."""

    name: str
    seconds: list[dict[str, float]] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)  # of failed writes
    skipped: int = 0  # lines that could not be read

    def total(self, key: str) -> float:
        """The sum of a figure over all seconds."""
        return sum(second.get(key, 0) for second in self.seconds)

    @property
    def batches(self) -> int:
        """In how many batches, about: each second tells their mean, in tenths of a message."""
        means = [(second["rate"], second.get("batch_mean", 0)) for second in self.seconds]
        return round(sum(rate / mean for rate, mean in means if mean))

    @property
    def messages(self) -> int:
        """How many messages were stored; a server that was restarted counts from 0 again."""
        stored, before = 0.0, 0.0
        for place, second in enumerate(self.seconds):
            now = second["processed"]
            if place == 0 or now < before:
                before = max(0.0, now - second["rate"])
            stored += now - before
            before = now
        return round(stored)


def read_log(path: Path) -> Log:
    """Read a log file, damaged or not; raises OSError if there is none to read."""
    log = Log(path.name)
    with path.open(encoding="utf-8", errors="replace") as lines:
        read_lines(log, lines)
    return log


def read_lines(log: Log, lines: Iterable[str]) -> None:
    """Add lines to a log, one by one: a log may be larger than memory."""
    for line in lines:
        if line.strip() and not _add(log, line.rstrip("\n")):
            log.skipped += 1


def _add(log: Log, line: str) -> bool:
    """Add one line; False if it is none of ours."""
    if line.startswith("{"):
        try:
            entry = json.loads(line)
            message, figures = str(entry["message"]), {key: entry.get(key) for key in NEEDED}
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        if any(isinstance(value, int | float) for value in figures.values()):
            return _add_second(log, {key: entry[key] for key in entry if _is_number(entry[key])})
    elif found := LINE.fullmatch(line):
        message = found[2]
        if message.startswith("processed="):
            if not STATISTICS.match(message):
                return False
            pairs = (each.split("=") for each in message.split() if each.count("=") == 1)
            return _add_second(log, {key: float(value) for key, value in pairs if _is_text(value)})
    else:
        return SERVES.match(line) is not None
    if failure := FAILURE.match(message):
        log.causes[failure[1]] += 1
    return True


def _add_second(log: Log, figures: dict[str, float]) -> bool:
    if not all(key in figures for key in NEEDED):
        return False
    log.seconds.append(figures)
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", value) is not None
