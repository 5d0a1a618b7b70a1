"""What to load and how much: flags, a menu where a person sits at a terminal, or the defaults."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from load_test.new_year.menu import ask_level, ask_server
from load_test.new_year.plan import LEVELS, Plan
from load_test.new_year.targets import TARGETS, address_of

RESULTS = Path(__file__).resolve().parents[2] / "results"
USUAL_SERVER, USUAL_LEVEL = "challenge", "evening"
SEED = 20_261_231
LONGEST_OBJECTIVE_MS = 600_000

LEVELS_TABLE = "levels:\n" + "".join(
    f"  {name:<15} {level.in_words():<39} {level.lesson}\n" for name, level in LEVELS.items()
)
EXAMPLES = """
examples:
  python new_year_load_test.py                                  a menu, on a terminal
  python new_year_load_test.py --server solution                the evening, without questions
  python new_year_load_test.py --level times-square --seconds 60
  python new_year_load_test.py --server http://127.0.0.1:5000 --users 20 --rate 10

Each level has two objectives: every greeting is delivered, and 95 of 100 within a second, at about
which people notice that they wait. One that is missed is a result and not a mistake: it tells what
the server cannot do under that load.
Locust's report (HTML) and tables (CSV) are written beside it.

exit code: 0 every greeting was delivered and all objectives were met, 1 not so or no server is
there, 2 wrong usage
"""


def choose(arguments: Sequence[str]) -> Plan:
    """The run that flags ask for, or a person at the menu; a wrong flag ends with exit code 2."""
    given = _parser().parse_args(arguments)
    if not arguments and sys.stdin.isatty() and sys.stdout.isatty():
        given.server, given.level = ask_server(), ask_level(USUAL_LEVEL)
    level = LEVELS[given.level]
    objective_p95_ms = given.objective_p95_ms
    return Plan(
        address=given.server,
        out=given.out or RESULTS / f"load-{datetime.now():%Y%m%d-%H%M%S}",
        users=given.users or level.users,
        rate=given.rate or level.rate,
        seconds=given.seconds or level.seconds,
        guests_per_room=level.guests_per_room,
        seed=given.seed,
        objective_p95_ms=level.objective_p95_ms if objective_p95_ms is None else objective_p95_ms,
    )


class _Parser(argparse.ArgumentParser):
    """argparse, with its errors on one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"new_year_load_test: {message}; --help shows examples\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        description="Let guests greet each other through a chat server, and count what arrives.",
        epilog=LEVELS_TABLE + EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--server", type=address_of, default=TARGETS[USUAL_SERVER].address,
        help=f"{', '.join(TARGETS)}, or an address; {USUAL_SERVER} unless given",
    )  # fmt: skip
    add("--level", choices=LEVELS, default=USUAL_LEVEL, help="one of those below; %(default)s")
    add("--users", type=_number(1, 1_000), help="guests, instead of the level's")
    add("--rate", type=_number(1, 5_000), help="greetings a second from all guests together")
    add("--seconds", type=_number(1, 3_600), help="how long they greet")
    add(
        "--seed", type=_number(0, 2**32 - 1), default=SEED,
        help="each guest's texts and pauses follow from it; %(default)s unless given",
    )  # fmt: skip
    add(
        "--objective-p95-ms", type=_number(0, LONGEST_OBJECTIVE_MS), metavar="MS",
        help="95 of 100 greetings should be delivered within, instead of the level's; 0: any time",
    )  # fmt: skip
    add(
        "--out", type=_folder, metavar="FOLDER",
        help="new or empty folder for report and tables; results/load-<time> unless given",
    )  # fmt: skip
    add("--yes", action="store_true", help="ask nothing, use the defaults")
    return parser


def _folder(text: str) -> Path:
    """A folder that reports may go to; made later, when a server was found."""
    folder = Path(text).resolve()
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot use {text!r}: {error.strerror}") from error
    if taken:
        raise argparse.ArgumentTypeError(f"{text!r} is not an empty folder: name a new one")
    return folder


class _number:
    """Turns a text into a whole number within limits."""

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    def __call__(self, text: str) -> int:
        if text.isascii() and text.isdigit() and self._low <= int(text) <= self._high:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a whole number from {self._low:,} to {self._high:,}"
        )
