"""Does the trace store keep up with the servers, and find a trace among a million spans?

Spans are posted to a store as our servers post them, through Thrift and then through OTLP, while
somebody searches. Then a store serves a large file and is asked over HTTP, 20 times each. One
table says what was measured and what is allowed; the exit code is 1 if a bound is missed.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from load_test.experiment.processes import stop_on_signals
from observability.trace_store.arguments import OneLineParser
from tests.benchmarks.trace_store_checks import Check, print_checks
from tests.benchmarks.trace_store_file import ask, write_file
from tests.benchmarks.trace_store_load import ROADS, post_for

MOST_SECONDS = 3_600
MOST_SPANS_PER_S = 100_000
MOST_SPANS = 10_000_000


def main() -> int:
    """Run by the flags; the exit code is 0 if all bounds hold, 1 if not, 2 if used wrongly."""
    parser = OneLineParser("python -m tests.benchmarks.trace_store", description=__doc__)
    for flag, most, default, what in (
        ("--seconds", MOST_SECONDS, 60, "to post for, on each road"),
        ("--spans-per-s", MOST_SPANS_PER_S, 2_000, "to post"),
        ("--spans", MOST_SPANS, 1_000_000, "in the large file"),
    ):
        parser.add_argument(
            flag, type=_number(most), default=default, metavar="N", help=f"{what} (%(default)s)"
        )
    flags = parser.parse_args()
    stop_on_signals()
    try:
        checks = measure(flags.seconds, flags.spans_per_s, flags.spans)
    except KeyboardInterrupt:
        sys.stderr.write(f"{parser.prog}: stopped; nothing is kept\n")
        return 1
    print_checks(checks, Console())
    return 0 if all(check.holds for check in checks) else 1


def measure(seconds: int, spans_per_s: int, spans: int) -> list[Check]:
    """Everything, with its bounds."""
    progress = Console(stderr=True)
    checks = []
    for road in ROADS:
        progress.print(f"{road}: {spans_per_s} spans/s for {seconds} s", highlight=False)
        checks += post_for(road, seconds, spans_per_s)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.db"
        progress.print(
            f"a file of {spans} spans is written (a minute for 1,000,000)", highlight=False
        )
        write_file(path, spans)
        progress.print("searches", highlight=False)
        checks += ask(path)
    return checks


def _number(most: int) -> Callable[[str], int]:
    """Reads a number from 1 to `most`, or tells argparse what would be right."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be from 1 to {most}, not {text!r}")
        return int(text)

    return number


if __name__ == "__main__":
    sys.exit(main())
