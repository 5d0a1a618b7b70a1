"""What the server says of itself: ready or not, sound or not, and how busy, once a second."""

import logging
from pathlib import Path
from typing import Any, NamedTuple, Self

import eventlet

from observability.metrics import ChatMetrics

from .healing import damaged_files

log = logging.getLogger(__name__)

REPORT_INTERVAL_S = 1.0


class Counts(NamedTuple):
    """Counters that only grow, at one moment."""

    stored: int
    failed: int
    refused: int
    batches: int
    writes: int
    reads: int
    written_bytes: int

    @classmethod
    def of(cls, metrics: ChatMetrics) -> Self:
        """How they stand now."""
        return cls(
            metrics.stored,
            metrics.failed,
            sum(metrics.refused.values()),
            metrics.batches,
            metrics.file_writes,
            metrics.file_reads,
            metrics.file_written_bytes,
        )


class Status:
    """The state of one server, for ``/health``, ``/ready`` and the log."""

    def __init__(self, package: str, folder: Path, metrics: ChatMetrics) -> None:
        self.package = package
        self._folder = folder
        self._metrics = metrics
        self.ready = False
        self.traces: str | None = None  # the address to look at traces; None if none are made
        self._told = Counts.of(metrics)
        metrics.damaged_files = lambda: len(damaged_files(folder))

    def health(self) -> dict[str, Any]:
        """``degraded`` when data files had to be set aside, with their names."""
        damaged = damaged_files(self._folder)
        status = "degraded" if damaged else "ok"
        return {"status": status, "damaged_files": damaged}

    def report(self) -> None:
        """For ever: one log line a second while there is work."""
        while True:
            eventlet.sleep(REPORT_INTERVAL_S)
            self.tell()

    def tell(self) -> None:
        """Log what was done since the last time, if anything was, or waits."""
        now = Counts.of(self._metrics)
        if now != self._told or self._metrics.queue_messages:
            statistics = self._statistics(now)
            line = " ".join(f"{key}={value}" for key, value in statistics.items())
            log.info(line, extra={"fields": statistics})
        self._told = now

    def _statistics(self, now: Counts) -> dict[str, float]:
        """What was done since the last time; `processed` and `queued` are as they stand now."""
        metrics = self._metrics
        done = Counts(*(each - told for each, told in zip(now, self._told, strict=True)))
        largest, metrics.largest_batch = metrics.largest_batch, 0
        return {
            "processed": now.stored,
            "queued": metrics.queue_messages,
            "rate": round(done.stored / REPORT_INTERVAL_S),
            "batch_mean": round(done.stored / done.batches, 1) if done.batches else 0,
            "batch_max": largest,
            "writes": done.writes,
            "reads": done.reads,
            "bytes": done.written_bytes,
            "refused": done.refused,
            "failed": done.failed,
        }
