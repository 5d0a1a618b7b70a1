"""What to load and how much: flags, a menu where a person sits at a terminal, or the defaults."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

GUESTS_PER_ROOM = 10  # a greeting is delivered to each of them

SERVERS = {
    "challenge": "http://127.0.0.1:4001",
    "solution": "http://127.0.0.1:4002",
    "attempt": "http://127.0.0.1:4000",
}

EXAMPLES = """\
examples:
  python new_year_load_test.py                                  a menu, on a terminal
  python new_year_load_test.py --server solution                the evening, without questions
  python new_year_load_test.py --level times-square --seconds 60
  python new_year_load_test.py --server http://127.0.0.1:5000 --users 20 --rate 10

exit code: 0 every greeting was delivered, 1 some were not, 2 wrong usage
"""


@dataclass(frozen=True)
class Level:
    """How much load: users, greetings a second from all of them together, and for how long."""

    title: str
    users: int
    rate: float
    seconds: int


LEVELS = {
    "warm-up": Level("Warm-up", users=10, rate=5, seconds=10),
    "evening": Level("Evening", users=40, rate=20, seconds=30),
    "new-years-eve": Level("New Year's Eve", users=80, rate=100, seconds=30),
    "times-square": Level("Times Square", users=150, rate=200, seconds=30),
}
USUAL_SERVER, USUAL_LEVEL = "challenge", "evening"


@dataclass(frozen=True)
class Plan:
    """One run: the server's address, and a load of so many users, greetings/s and seconds."""

    address: str
    users: int
    rate: float
    seconds: int

    @property
    def rooms(self) -> int:
        """Chat rooms, of some ten guests each."""
        return max(1, round(self.users / GUESTS_PER_ROOM))


def choose(arguments: Sequence[str]) -> Plan:
    """The run that flags ask for, or a person at the menu; a wrong flag ends with exit code 2."""
    given = _parser().parse_args(arguments)
    if not arguments and sys.stdin.isatty() and sys.stdout.isatty():
        given.server, given.level = _ask_server(), _ask_level()
    level = LEVELS[given.level]
    return Plan(
        address=given.server,
        users=given.users or level.users,
        rate=given.rate or level.rate,
        seconds=given.seconds or level.seconds,
    )


class _Parser(argparse.ArgumentParser):
    """argparse, with its errors on one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"new_year_load_test: {message}; --help shows examples\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        description="Let guests greet each other through a chat server, and count what arrives.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--server", type=_address, default=SERVERS[USUAL_SERVER],
        help=f"{', '.join(SERVERS)}, or an address; {USUAL_SERVER} unless given",
    )  # fmt: skip
    parser.add_argument(
        "--level", choices=LEVELS, default=USUAL_LEVEL,
        help="users, greetings and time at once: "
        + "; ".join(f"{name} ({_in_words(level)})" for name, level in LEVELS.items())
        + f"; {USUAL_LEVEL} unless given",
    )  # fmt: skip
    parser.add_argument("--users", type=_number(1, 1_000), help="guests, instead of the level's")
    parser.add_argument(
        "--rate", type=_number(1, 5_000), help="greetings a second from all guests together"
    )
    parser.add_argument("--seconds", type=_number(1, 3_600), help="how long they greet")
    parser.add_argument("--yes", action="store_true", help="ask nothing, use the defaults")
    return parser


def _in_words(level: Level) -> str:
    return f"{level.users} users, {level.rate:g} greetings/s, {level.seconds} s"


def _address(text: str) -> str:
    """The address of a server that is given by its name or by where it is."""
    if text in SERVERS:
        return SERVERS[text]
    address = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(address)
        # A name without a port is more likely a misspelt server than a machine.
        right = parts.hostname and (parts.port or "://" in text) and parts.path in ("", "/")
    except ValueError:
        right = False
    if not right or parts.scheme not in ("http", "https"):
        raise argparse.ArgumentTypeError(
            f"{text!r} is none of {', '.join(SERVERS)}, and no address like {SERVERS[USUAL_SERVER]}"
        )
    return address.rstrip("/")


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


def _ask_server() -> str:
    lines = [f"{name:<15}  {address}" for name, address in SERVERS.items()]
    chosen = _ask("Which server?", [*lines, "another address"], usual=1)
    if chosen <= len(SERVERS):
        return list(SERVERS.values())[chosen - 1]
    while True:
        try:
            return _address(input(f"Its address, like {SERVERS[USUAL_SERVER]}: ").strip())
        except argparse.ArgumentTypeError as error:
            sys.stdout.write(f"{error}\n")


def _ask_level() -> str:
    lines = [f"{level.title:<15}  {_in_words(level)}" for level in LEVELS.values()]
    chosen = _ask("How much?", lines, usual=list(LEVELS).index(USUAL_LEVEL) + 1)
    return list(LEVELS)[chosen - 1]


def _ask(question: str, lines: Sequence[str], usual: int) -> int:
    """Show numbered lines until one is chosen; its number. Return alone chooses the usual one."""
    sys.stdout.write(f"\n{question}\n")
    for number, line in enumerate(lines, start=1):
        sys.stdout.write(f"  {number}  {line}\n")
    while True:
        text = input(f"1-{len(lines)}, or Return for {usual}: ").strip() or str(usual)
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(lines):
            return int(text)
        sys.stdout.write(f"{text!r} is not one of them\n")
