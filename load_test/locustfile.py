"""New Year's guests for Locust's web page and command line:

    locust -f load_test/locustfile.py --host http://127.0.0.1:4001

Then open http://127.0.0.1:8089. For a run without the page add, for example,
``--headless --users 40 --spawn-rate 20 --run-time 30s``. What the guests do is in chat_user.py.
"""

import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

# Locust puts this folder on the module path, and its parent only when started there.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from load_test.chat_user import ChatUser, Party

SHORTEST_PAUSE_S = 0.01

__all__ = ["ChatUser"]  # Locust looks for user classes here


def add_arguments(parser: LocustArgumentParser) -> None:
    """Our own arguments, on the command line and in the web form."""
    parser.add_argument(
        "--rooms", type=_rooms, default=4, help="chat rooms that the users are spread over"
    )
    parser.add_argument(
        "--pause", type=_pause_s, default=2.0, metavar="SECONDS",
        help="mean seconds between two greetings of one user",
    )  # fmt: skip


def _rooms(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _pause_s(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not SHORTEST_PAUSE_S <= seconds < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not {SHORTEST_PAUSE_S} seconds or more")
    return seconds


def begin(environment: Environment, **_: object) -> None:
    """A run starts: new rooms, and everybody may greet as soon as they are in."""
    options: Any = environment.parsed_options
    # The web form lets any number through.
    ChatUser.party = Party(max(1, options.rooms), max(SHORTEST_PAUSE_S, options.pause))
    ChatUser.party.begins.set()


events.init_command_line_parser.add_listener(add_arguments)
events.test_start.add_listener(begin)
