"""What the server says of itself: ready or not, sound or not, and how busy, once a second."""

import logging
from pathlib import Path
from typing import Any

import eventlet

from observability.metrics import ChatMetrics

from .healing import damaged_files

log = logging.getLogger(__name__)

REPORT_INTERVAL_S = 1.0


class Status:
    """The state of one server, for ``/health``, ``/ready`` and the log."""

    def __init__(self, package: str, folder: Path, metrics: ChatMetrics) -> None:
        self.package = package
        self._folder = folder
        self._metrics = metrics
        self.ready = False
        metrics.damaged_files = lambda: len(damaged_files(folder))

    def health(self) -> dict[str, Any]:
        """``degraded`` when data files had to be set aside, with their names."""
        damaged = damaged_files(self._folder)
        status = "degraded" if damaged else "ok"
        return {"status": status, "damaged_files": damaged}

    def report(self) -> None:
        """For ever: one log line a second while there is work."""
        metrics = self._metrics
        stored, writes = metrics.stored, metrics.file_writes
        while True:
            eventlet.sleep(REPORT_INTERVAL_S)
            if metrics.stored > stored or metrics.queue_messages:
                log.info(
                    "processed=%d queued=%d rate=%.0f/s writes=%d",
                    metrics.stored,
                    metrics.queue_messages,
                    (metrics.stored - stored) / REPORT_INTERVAL_S,
                    metrics.file_writes - writes,
                )
            stored, writes = metrics.stored, metrics.file_writes
