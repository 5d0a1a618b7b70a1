"""A room's history as a server gives it over HTTP, page by page in both directions."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from load_test.experiment.processes import ProcessFailed
from load_test.experiment.servers import Server
from tests.checklist.scenarios.stored import Record


@dataclass(frozen=True)
class Reading:
    """What a room's files held at a moment, and what a server gave then.

    `backwards` was read with ``before`` from the end, `forwards` with ``after`` the first message;
    both are put in order, oldest first. `problem` says why there is no more of it, if so.
    """

    when: str
    stored: Sequence[Record]
    backwards: Sequence[Record]
    forwards: Sequence[Record]
    problem: str


def read_room(
    server: Server, token: str, room_id: str, stored: Sequence[Record], when: str, per_page: int
) -> Reading:
    """Read a room of somebody with that token; `stored` is what its files hold. It ends when there
    are more messages than that: a server that repeats a page would give them for ever.
    """
    backwards: list[Record] = []
    forwards: list[Record] = []
    problem = ""
    try:
        while len(backwards) <= len(stored):
            anchor = {"before": str(backwards[0].get("id"))} if backwards else {}
            page = _page(server, token, room_id, per_page, anchor)
            if not page:
                break
            backwards = [*page, *backwards]
        forwards = backwards[:1]
        while forwards and len(forwards) <= len(stored):
            page = _page(server, token, room_id, per_page, {"after": str(forwards[-1].get("id"))})
            if not page:
                break
            forwards += page
    except ProcessFailed as error:
        problem = error.problem
    return Reading(when, stored, backwards, forwards, problem)


def _page(
    server: Server, token: str, room_id: str, limit: int, anchor: dict[str, str]
) -> list[Record]:
    """One page. Raises ProcessFailed."""
    query = urlencode({"limit": limit, **anchor})
    answer = server.ask("GET", f"/api/chatrooms/{room_id}/messages?{query}", token=token)
    page = answer.get("messages")
    if not isinstance(page, list) or not all(isinstance(each, dict) for each in page):
        raise server.failure(f"gave no list of messages, but {str(answer)[:200]}")
    if len(page) > limit:
        raise server.failure(f"gave {len(page)} messages where {limit} were asked for")
    return page
