"""Three kinds of guests, by what else they do than greet.

The number of a task is its weight, beside chat_user.GREET for greeting; a kind's `weight` says how
many of all guests are of it. Locust's --class-picker shows and changes both.
"""

import time
from collections import deque

import gevent
from locust import task

from load_test.catch_up import Seen, faults
from load_test.chat_user import TIMEOUT_S, TRY_AGAIN_S, Answer, ChatUser, Refused

LEFT, JOINED = "leave room", "join room again"
HISTORY = "read history"
CAUGHT_UP = "catch up"  # from being connected again to having read what came meanwhile
ON_COMING_BACK = "message on coming back"  # one for each that was missed, twice or out of order

TOASTS = 3
PAGE = 50
MOST_PAGES_BACK = 3
MOST_IN_A_PAGE = 100  # the servers give no more at once
# Messages that a guest recalls: more than other members may see later than this one.
RECALLED = 5_000
# How long one is away, in mean pauses: as long as others take to greet a few times.
SHORTEST_ABSENCE, LONGEST_ABSENCE = 2.0, 5.0


class Reveller(ChatUser):
    """Greets, toasts, and now and then steps out to see the fireworks."""

    weight = 6

    @task(2)
    def toast(self) -> None:
        """Send a few greetings at once."""
        for _ in range(TOASTS):
            self.greet()

    @task(1)
    def step_out(self) -> None:
        """Leave the room for a while, keeping the connection, and join it again.

        Only if no greeting of ours is under way: outside, it would not be delivered to us.
        """
        away_s = _absence_s(self)
        if self.sio.connected and not self.awaits_something and self.tell(LEFT, "leave_room"):
            self.stay_away(away_s)
            while self.sio.connected and not self.tell(JOINED, "join_room"):
                gevent.sleep(TRY_AGAIN_S)

    def tell(self, row: str, event: str) -> bool:
        """Emit an event about the room and wait for its acknowledgement; whether it was done."""
        began_s = time.perf_counter()
        answer = self.sio.call(event, {"roomId": self.room.id}, timeout=TIMEOUT_S)
        if answer is None:  # it failed, and has a row that says why
            return False
        refused = answer["error"]["code"] if answer["status"] == "refused" else None
        self.report(row, began_s, refused)
        return not refused


class Reader(ChatUser):
    """Mostly reads what others wrote, over HTTP."""

    weight = 3

    @task(24)
    def read_back(self) -> None:
        """Read the latest messages, then a few pages before them."""
        pages = 1 + self.chance.randint(0, MOST_PAGES_BACK)
        older = ""
        for _ in range(pages):
            try:
                messages = _page(self, HISTORY, PAGE, older)
            except Refused:
                return
            if len(messages) < PAGE:
                return
            older = f"&before={messages[0]['id']}"


class Commuter(ChatUser):
    """Loses the connection as in a tunnel, comes back, and checks that nothing was missed."""

    weight = 2

    def on_start(self) -> None:
        """Come in, remembering what arrives."""
        self.seen: deque[Seen] = deque(maxlen=RECALLED)
        super().on_start()

    def on_message(self, message: Answer) -> None:
        """Time our own, remember all."""
        super().on_message(message)
        self.seen.append(Seen(message["id"], message["timestamp"]))

    @task(2)
    def ride_through_tunnel(self) -> None:
        """Disconnect, connect again after a while, and read what came meanwhile.

        Only if no greeting of ours is under way: without a connection nobody tells us its end.
        """
        away_s = _absence_s(self)
        if self.awaits_something or not self.seen or not self.sio.connected:
            return
        meanwhile: set[str] = set()
        self.room.notes.append(meanwhile)  # by those who stay
        try:
            # By itself, Locust's order to stop would be swallowed: the library catches whatever is
            # raised while it waits for the server to close, and the user would never end.
            gevent.spawn(self.sio.disconnect).join()
            before = list(self.seen)
            self.seen.clear()
            self.stay_away(away_s)
            while not self.sio.connected:
                self.connect()
                if not self.sio.connected:
                    gevent.sleep(TRY_AGAIN_S)
        finally:
            self.room.notes.remove(meanwhile)
        self.catch_up(before, meanwhile)

    def catch_up(self, before: list[Seen], meanwhile: set[str]) -> None:
        """Read what came after the last message seen, and report each that is wrong."""
        began_s = time.perf_counter()
        fetched: list[Seen] = []
        for _ in range(RECALLED // MOST_IN_A_PAGE):  # a broken server might never come to an end
            newer = f"&after={(fetched or before)[-1].id}"
            try:
                messages = _page(self, HISTORY, MOST_IN_A_PAGE, newer)
            except Refused:
                return
            fetched += [Seen(each["id"], each["timestamp"]) for each in messages]
            if len(messages) < MOST_IN_A_PAGE:
                break
        self.report(CAUGHT_UP, began_s)
        live = list(self.seen)
        for fault in faults(before, fetched, live, meanwhile):
            self.report(ON_COMING_BACK, began_s, fault)
        self.seen = deque((*before, *fetched, *live), maxlen=RECALLED)


def _absence_s(user: ChatUser) -> float:
    return user.chance.uniform(SHORTEST_ABSENCE, LONGEST_ABSENCE) * user.party.pause_s


def _page(user: ChatUser, row: str, limit: int, where: str) -> list[Answer]:
    path = f"/api/chatrooms/{user.room.id}/messages?limit={limit}{where}"
    messages: list[Answer] = user.ask(row, path, token=user.token)["messages"]
    return messages
