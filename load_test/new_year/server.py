"""Is there a chat server at an address, and which one? Asked before Locust is even imported."""

import gevent
import requests

ANSWER_S = 3.0


class NotAChatServer(Exception):
    """Raised when no chat server answers at an address; says what was found instead."""


def server_name(address: str) -> str:
    """The server's name, as it says itself; raises NotAChatServer if none answers in time."""
    session = requests.Session()
    session.trust_env = False  # a proxy would not reach this machine's servers
    try:
        with gevent.Timeout(ANSWER_S):  # for all of it: names to look up, answers that trickle
            return str(session.get(f"{address}/ready").json()["server"])
    except gevent.Timeout:
        problem = f"{address} does not answer within {ANSWER_S:g} s"
    except (requests.JSONDecodeError, KeyError, TypeError):
        problem = f"what answers at {address} is not a chat server"
    except (requests.RequestException, ValueError):
        problem = f"no server answers at {address}"
    raise NotAChatServer(problem)
