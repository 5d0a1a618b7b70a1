"""The command line of the trace store: what may be given, and one line for what may not."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

PROGRAM = "python -m observability.trace_store"
LARGEST_PORT = 65_535
# As Jaeger's own memory holds by default.
MAX_TRACES = 100_000
# Enough for these: a span of our servers takes 1.5 kB, and a trace of theirs has four at most.
MAX_MEGABYTES = 1_024


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was asked for. A port of 0 is any free one; no `db` is a file that goes at the end."""

    host: str
    thrift_port: int
    otlp_port: int
    query_port: int
    db: Path | None
    max_traces: int
    max_megabytes: int


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage in front of it."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (--help lists the flags)\n")


def read_arguments(given: Sequence[str]) -> Arguments:
    """The arguments in `given`. A wrong one ends the process with exit code 2."""
    parser = OneLineParser(
        prog=PROGRAM,
        description="Keep spans in one SQLite file and answer Jaeger's query API, without Docker.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    for name, port, what in (
        ("thrift", 14_268, "Jaeger's Thrift over HTTP, POST /api/traces"),
        ("otlp", 4_318, "OTLP over HTTP, POST /v1/traces"),
        ("query", 16_686, "queries, the page, /health and /metrics"),
    ):
        parser.add_argument(
            f"--{name}-port", type=_port, default=port, help=f"{what} (%(default)s; 0 = any)"
        )
    parser.add_argument(
        "--db",
        type=_file,
        metavar="FILE",
        help="where spans are kept and found again (a temporary file, gone at the end)",
    )
    for name, most in (("traces", MAX_TRACES), ("megabytes", MAX_MEGABYTES)):
        parser.add_argument(
            f"--max-{name}",
            type=_positive,
            default=most,
            metavar="N",
            help=f"{name} to keep: beyond, the oldest traces are dropped and counted (%(default)s)",
        )
    return Arguments(**vars(parser.parse_args(given)))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > LARGEST_PORT:
        raise argparse.ArgumentTypeError(
            f"a port is a number from 0 to {LARGEST_PORT}, not {text!r}"
        )
    return int(text)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"it must be a number from 1 on, not {text!r}")
    return int(text)


def _file(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is no file in a folder that exists")
    return path
