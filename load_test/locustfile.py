"""New Year's guests for Locust's web page and command line:

    locust -f load_test/locustfile.py --host http://127.0.0.1:4001

Then open http://127.0.0.1:8089. For a run without the page add, for example,
``--headless --users 40 --spawn-rate 20 --run-time 30s``; for more load than one process makes
``--processes 4``; to see and change who comes ``--class-picker``.

Locust's own --help does not list what we add (party_options.py): ``--shape countdown`` or another
of shapes.py, ``--users-per-room 10`` or ``--rooms 4``, ``--pause 2``, ``--message-length 100``,
``--seed 1``. The web form shows them all. What the guests do is in guests.py and chat_user.py.
"""

import sys
import time
from pathlib import Path
from typing import Any

from locust import events
from locust.env import Environment
from locust.web import WebUI

# Locust puts this folder on the module path, and its parent only when started there.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from load_test import chat_user
from load_test.guests import Commuter, Reader, Reveller
from load_test.midnight import offer_midnight
from load_test.party import Party
from load_test.party_options import add_arguments
from load_test.shape_choice import evening_of, offer_shapes
from load_test.totals import keep_totals

__all__ = ["Commuter", "Reader", "Reveller"]  # Locust looks for user classes here


def set_up(environment: Environment, web_ui: WebUI | None = None, **_: object) -> None:
    """Locust is ready to run."""
    # Workers report how much they sent before the first run starts: nothing.
    chat_user.ChatUser.party = Party(rooms=1, pause_s=1.0)
    offer_shapes(environment, web_ui)
    keep_totals(environment, sent=lambda: chat_user.ChatUser.party.sent)
    if web_ui is not None and web_ui.app is not None:
        offer_midnight(
            web_ui.app, environment.events, lambda: evening_of(environment.parsed_options)
        )


def begin(environment: Environment, **_: object) -> None:
    """A run starts: new rooms, and everybody may greet as soon as they are in."""
    options: Any = environment.parsed_options
    evening, elapsed_s = evening_of(options)
    party = chat_user.ChatUser.party = Party(
        options.rooms,
        options.pause,
        users_per_room=options.users_per_room,
        message_length=options.message_length,
        seed=options.seed,
        worker=getattr(environment.runner, "worker_index", 0),
        evening=evening,
        began_s=time.perf_counter() - elapsed_s,
    )
    party.begins.set()


events.init_command_line_parser.add_listener(add_arguments)
events.init.add_listener(set_up)
events.test_start.add_listener(begin)
