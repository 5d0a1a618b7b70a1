"""The chat page comes back by itself, while others go on writing, and misses nothing.

`test_page` holds a restart in peace; here the server is killed, and the others are back first.
"""

import signal

import pytest

from tests.behaviour.client import PASSWORD, ChatUser
from tests.behaviour.conftest import Start, Visit
from tests.behaviour.test_reconnect import Talker

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("package", ["challenge", "solution"], indirect=True),
]

KILLS = 3
SOME = 20  # messages of others, before and after the page is back


def test_a_killed_server_costs_the_page_no_message(visit: Visit, start: Start) -> None:
    # given a page and another member of its room
    flags = ("--max-messages-per-file", "10")
    server = start(*flags)
    page = visit(server)
    other = ChatUser(server)
    page.sign_up("mina", PASSWORD)
    page.make_room("Rooftop", other.name)
    room = other.get("/api/chatrooms").json()["rooms"][0]["roomId"]
    page.type("seen before")
    page.wait_for_rows(1)

    for _ in range(KILLS):
        # when the server is killed and starts again, and the other one is faster than the page
        server.stop(signal.SIGKILL)
        page.wait_for("state", "Connection lost")
        server = start(*flags, port=server.port)
        with other:
            talker = Talker(other, room)
            with talker.talking():
                talker.wait_for_more(SOME)
                page.wait_for("state", "Connected")
                talker.wait_for_more(SOME)

        # then the page shows what the history holds, each once, in order
        stored = [message["id"] for message in other.whole_history(room)]
        assert [row.id for row in page.wait_for_rows(len(stored))] == stored
