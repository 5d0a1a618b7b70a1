"""What a person may choose for a run, on Locust's command line and in its web form."""

from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from typing import Any

from load_test.greetings import LONGEST
from load_test.shapes import NONE, SHAPES

SHORTEST_PAUSE_S = 0.01  # some 100 greetings a second of one user: more is no person
LONGEST_PAUSE_S = 86_400.0  # a day


def add_arguments(parser: Any) -> None:
    """Add ours to Locust's parser, which also shows them in the web form."""
    helps = {
        "users_per_room": "a chat room is full with so many; the next user opens another",
        "rooms": "deal users out to so many rooms in each Locust process instead; 0: as many as it"
        " takes",
        "pause": "mean seconds between two things that one user does",
        "message_length": f"mean characters of a greeting, up to {LONGEST:,}; 0: as they come",
        "seed": "the same seed lets each user do the same things after the same pauses",
    }
    usual = {"users_per_room": 10, "rooms": 0, "pause": 2.0, "message_length": 0, "seed": 1}
    for name, text in helps.items():
        flag = f"--{name.replace('_', '-')}"
        parser.add_argument(flag, type=READ[name], default=usual[name], metavar="N", help=text)
    shapes = "; ".join(f"{name}: {shape.title}" for name, shape in SHAPES.items())
    parser.add_argument(
        "--shape", choices=[NONE, *SHAPES], default=NONE,
        help="let the number of users follow a line, up to --users, for --run-time. " + shapes,
    )  # fmt: skip


def problem_with(form: Mapping[str, str]) -> str | None:
    """What is wrong with a web form, in one sentence, or nothing. Only our fields are looked at."""
    for name, read in READ.items():
        try:
            read(form.get(name, "1"))
        except ArgumentTypeError as error:
            return f"{name}: {error}"
    if form.get("shape", NONE) not in (NONE, *SHAPES):
        return f"shape: {form['shape']!r} is none of {', '.join((NONE, *SHAPES))}"
    return None


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        raise ArgumentTypeError(f"{text!r} is not a whole number from {low:,} to {high:,}")

    return read


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not SHORTEST_PAUSE_S <= seconds <= LONGEST_PAUSE_S:
        raise ArgumentTypeError(
            f"{text!r} is not a number of seconds from {SHORTEST_PAUSE_S} to {LONGEST_PAUSE_S:,.0f}"
        )
    return seconds


READ: dict[str, Callable[[str], int | float]] = {
    "users_per_room": _whole_number(1, 10_000),
    "rooms": _whole_number(0, 10_000),
    "pause": _seconds,
    "message_length": _whole_number(0, LONGEST),
    "seed": _whole_number(0, 2**31 - 1),
}
