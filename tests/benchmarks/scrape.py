"""What a scrape costs: GET /metrics of a server whose every metric is there, in processor time.

While a server answers one, it serves nobody else. Measured twice: making the text alone, in this
process; and all of it, as the processor time that a server takes for each answer over HTTP.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

import psutil

from load_test.experiment.prepared import UNTRACED, prepare
from load_test.experiment.processes import ProcessFailed, stop_on_signals
from load_test.experiment.servers import Package, Server
from load_test.experiment.settings import Settings
from observability.metrics import BATCH_BOUNDS, SECONDS_BOUNDS, ChatMetrics
from observability.spans import percentile
from tests.faults.crowd_guests import Guests

BOUND_MS = 5.0  # issue 6's: Prometheus scrapes every few seconds, and nobody shall feel it
SCRAPES, MOST_SCRAPES = 200, 100_000
PARTY = Settings(users=2, rooms=1, history=0)
MESSAGES = 20  # to have a first value in every histogram
ANSWER_S = 10.0


def main() -> int:
    """Run by the flags; the exit code is 0 if good, 1 if over the bound or failed, 2 if misused."""
    parser = _Parser("python -m tests.benchmarks.scrape", description=__doc__)
    parser.add_argument("--scrapes", type=_scrapes, default=SCRAPES, help="of each kind (200)")
    flags = parser.parse_args()
    stop_on_signals()
    try:
        text_ms = text_times_ms(flags.scrapes)
        with tempfile.TemporaryDirectory() as folder:
            http_ms = asyncio.run(http_time_ms(Path(folder), flags.scrapes))
    except KeyboardInterrupt:
        sys.stderr.write(f"{parser.prog}: stopped\n")
        return 1
    except (ProcessFailed, OSError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    text_p50_ms, text_p99_ms = percentile(text_ms, 50), percentile(text_ms, 99)
    cheap = max(text_p50_ms, http_ms) < BOUND_MS
    sys.stdout.write(
        f"a scrape takes {http_ms:.2f} ms of the server's processor over HTTP; its text alone "
        f"{text_p50_ms:.2f} ms (p50), {text_p99_ms:.2f} ms (p99): "
        f"{'under' if cheap else 'over'} {BOUND_MS:g} ms ({flags.scrapes} scrapes)\n"
    )
    return 0 if cheap else 1


def text_times_ms(scrapes: int) -> list[float]:
    """Processor time that making the text takes each time, with values in every bucket."""
    metrics = ChatMetrics()
    for seconds in SECONDS_BOUNDS:
        metrics.stored_after(seconds)
    for size in BATCH_BOUNDS:
        metrics.flushed(size, size / 1000)
    times_ms = []
    for _ in range(scrapes):
        started_s = time.thread_time()
        metrics.exposition()
        times_ms.append((time.thread_time() - started_s) * 1000)
    metrics.close()
    return times_ms


async def http_time_ms(folder: Path, scrapes: int) -> float:
    """Processor time of a real server for each answer, on average; it has stored some messages.

    Raises ProcessFailed or OSError if there is no such server, or no answer.
    """
    package, data_dir, log = Package.find("solution"), folder / "data", folder / "server.log"
    guests = Guests(prepare(package, PARTY, data_dir, log), MESSAGES)
    with Server(package, data_dir, log, UNTRACED) as server:
        await guests.connect(server.url)
        await guests.flood(MESSAGES, lambda: guests.ledger.delivered == MESSAGES)
        await guests.close()
        process = psutil.Process(server.pid)
        before = process.cpu_times()
        for _ in range(scrapes):
            answer = server.http.get(f"{server.url}/metrics", timeout=ANSWER_S)
            answer.raise_for_status()
        after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / scrapes * 1000


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message}; --help lists what can be set\n")


def _scrapes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_SCRAPES):
        right = f"a whole number from 1 to {MOST_SCRAPES:,}"
        raise argparse.ArgumentTypeError(f"must be {right}, not {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
