"""A server's own books at /metrics, read ten times a second by a thread, and held against promises.

`process_resident_memory_bytes` comes with them, so one answer tells of one moment.
"""

import threading
from collections.abc import Iterator, Sequence
from typing import Self

import requests

from observability import names

INTERVAL_S = 0.1
ANSWER_S = 5.0
PLATEAU_BYTES = 20_000_000  # up or down, from the moment when the queue was full
NEARLY_FULL = 0.9

Sample = dict[str, float]  # by the metric's name, labels included


class Sampler:
    """Reads the metrics of the server at `url` until the context is left."""

    def __init__(self, url: str) -> None:
        self.samples: list[Sample] = []
        self._url = f"{url}/metrics"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        with requests.Session() as http:
            while not self._over.wait(INTERVAL_S):
                text = http.get(self._url, timeout=ANSWER_S).text
                lines = (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
                self.samples.append({name: float(value) for name, value in lines})


def problems(samples: Sequence[Sample], max_queue: int) -> Iterator[str]:
    """What the samples say that must not be."""
    unbalanced = sum(_unbalanced(each) != 0 for each in samples)
    queues = [each[names.QUEUE_MESSAGES] for each in samples]
    if unbalanced:
        yield f"the books did not balance in {unbalanced} of {len(samples)} samples"
    if max(queues, default=0) > max_queue:
        yield f"{max(queues):,.0f} messages were queued, of {max_queue:,} that may"
    sizes = full_sizes(samples, max_queue)
    if not sizes:
        yield "no sample found the queue full"
    elif any(abs(size - sizes[0]) > PLATEAU_BYTES for size in sizes):
        yield f"memory went from {sizes[0]:,.0f} to {min(sizes):,.0f} and {max(sizes):,.0f} bytes"


def full_sizes(samples: Sequence[Sample], max_queue: int) -> list[float]:
    """The resident bytes of the server whenever its queue was full."""
    return [
        each["process_resident_memory_bytes"]
        for each in samples
        if each[names.QUEUE_MESSAGES] >= NEARLY_FULL * max_queue
    ]


def _unbalanced(sample: Sample) -> float:
    left = sample[f"{names.STORED}_total"] + sample[f"{names.FAILED}_total"]
    return sample[f"{names.ACCEPTED}_total"] - left - sample[names.QUEUE_MESSAGES]
