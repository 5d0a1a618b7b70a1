"""Somebody whom the server has never seen: signs up, and asks for what is and is not allowed.

What the contract answers stands beside each question, so that a check need only compare.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from load_test.experiment.clients import CannotConnect, ChatClient, frame
from load_test.experiment.servers import ANSWER_S, Server

ACCEPTED = "stored or queued"
NO_ANSWER = "no answer"
REFUSED, LET_IN = "refused", "let in"  # who wants to connect
MOST_CHARACTERS = 4_000  # of a message
SHOWN_CHARACTERS = 40  # of an answer

Payload = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """An event for the server, told in words, and what the contract answers to it: the code of a
    refusal, or ACCEPTED.
    """

    asked: str
    event: str
    payload: Any
    contract: str


@dataclass(frozen=True)
class Answer:
    """What was asked, what the contract answers, and what the server answered."""

    asked: str
    contract: str
    given: str

    @property
    def is_right(self) -> bool:
        """Whether the server answered as the contract does."""
        if self.contract == ACCEPTED:
            return self.given in ("stored", "queued")
        return self.given == self.contract


def sign_up(server: Server, chance: random.Random) -> tuple[str, str]:
    """The token of a new user, and the id of a room of theirs. Raises ProcessFailed."""
    name, password, room = (f"{chance.getrandbits(64):x}" for _ in range(3))
    person = {"username": name, "password": password}
    server.ask("POST", "/api/auth/signup", person)
    token = str(server.ask("POST", "/api/auth/login", person).get("token"))
    made = server.ask("POST", "/api/chatrooms", {"name": room}, token)
    return token, str(made.get("roomId"))


def field_questions(room_id: str, text: str) -> list[Question]:
    """Messages that are none, to a room of who asks; the longest that is one; and no event."""
    good = {"roomId": room_id, "content": text}
    none_such = room_id.translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))
    cases: tuple[tuple[str, Any, str], ...] = (
        ("without content", {"roomId": room_id}, "bad_field"),
        ("with an empty content", {**good, "content": ""}, "bad_field"),
        ("of spaces only", {**good, "content": "   "}, "bad_field"),
        ("that is a number", {**good, "content": 7}, "bad_field"),
        ("with half a surrogate pair", {**good, "content": text + "\ud800"}, "bad_field"),
        (
            f"of {MOST_CHARACTERS + 1:,} characters",
            {**good, "content": "x" * (MOST_CHARACTERS + 1)},
            "bad_field",
        ),
        ("without a roomId", {"content": text}, "bad_field"),
        ("with a number as roomId", {**good, "roomId": 7}, "bad_field"),
        ("to a room that does not exist", {**good, "roomId": none_such}, "room_not_found"),
        ("that is a list", [text], "bad_json"),
        ("that is a text", text, "bad_json"),
        # As many characters, and three times as many bytes.
        (
            f"of {MOST_CHARACTERS:,} characters",
            {**good, "content": "새" * MOST_CHARACTERS},
            ACCEPTED,
        ),
    )
    unknown = Question("an event that does not exist", "no_such_event", good, "unknown_event")
    asked = [Question(f"a message {asked}", "send_message", *rest) for asked, *rest in cases]
    return [*asked, unknown]


def room_questions(room_id: str, text: str) -> list[Question]:
    """What only members may, to a room of others."""
    message = {"roomId": room_id, "content": text}
    return [
        Question("sending to a room of others", "send_message", message, "room_not_found"),
        Question("joining a room of others", "join_room", {"roomId": room_id}, "room_not_found"),
    ]


def read_history(server: Server, room_id: str, readers: dict[str, tuple[str, int]]) -> list[Answer]:
    """Ask over HTTP for a room's messages. `readers` are told in words, each with a token ("" for
    none) and the status that the contract answers.
    """
    return [
        Answer(f"reading a room as {who}", str(contract), _status(server, room_id, token))
        for who, (token, contract) in readers.items()
    ]


def _status(server: Server, room_id: str, token: str) -> str:
    url = f"{server.url}/api/chatrooms/{room_id}/messages"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    late = f"did not answer within {ANSWER_S:g} s who may read a room"
    try:
        with (
            server.guard.within(ANSWER_S, late),
            server.http.get(
                url, headers=headers, timeout=ANSWER_S, stream=True, allow_redirects=False
            ) as answer,
        ):
            return str(answer.status_code)
    except requests.RequestException:
        return NO_ANSWER


async def knock(url: str, token: str) -> list[Answer]:
    """Try to connect with what is no token; `token` is a good one, to be forged."""
    # Not at its end, where a character may hold bits that count for nothing.
    forged = token[:-3] + ("B" if token[-3:-2] == "A" else "A") + token[-2:]
    return [
        Answer(f"connecting with {what}", REFUSED, await _connecting(ChatClient(url, 0, bad)))
        for what, bad in {"a forged token": forged, "no token": ""}.items()
    ]


async def _connecting(client: ChatClient) -> str:
    try:
        await client.connect()
        return LET_IN
    except CannotConnect as error:
        # Who gets no answer in time is not refused, either.
        return NO_ANSWER if isinstance(error.__cause__, OSError) else REFUSED
    finally:
        client.close()


class Newcomer(ChatClient):
    """The newcomer's connection: asks, and counts what it hears.

    `echoed` are the newcomer's own messages that came back, `overheard` those of others.
    """

    def __init__(self, url: str, token: str, client_id: str) -> None:
        """`client_id` marks the newcomer's own messages."""
        super().__init__(url, 0, token)
        self.echoed = self.overheard = 0
        self._client_id = client_id
        self._questions: list[Question] = []
        self._given: dict[int, str] = {}  # by the place of the question

    def ask(self, questions: Sequence[Question]) -> None:
        """Ask all at once; never waits."""
        for number, question in enumerate(questions, len(self._questions)):
            payload = question.payload
            if isinstance(payload, dict):
                payload = {**payload, "clientId": self._client_id}
            packet = f"42{number}{json.dumps([question.event, payload])}"
            if not self.gone:
                self.send(frame(packet.encode()))
        self._questions += questions

    @property
    def is_answered(self) -> bool:
        """Whether every question has its answer, or the server has hung up."""
        return self.gone or len(self._given) == len(self._questions)

    def answers(self) -> list[Answer]:
        """The answers to all questions, in their order."""
        return [
            Answer(each.asked, each.contract, self._given.get(number, NO_ANSWER))
            for number, each in enumerate(self._questions)
        ]

    def _on_ack(self, number: int, answer: Payload, at_s: float) -> None:
        status = answer["status"]
        given = answer["error"]["code"] if status == "refused" else status
        if number < len(self._questions):
            self._given.setdefault(number, str(given)[:SHOWN_CHARACTERS])

    def _on_event(self, name: str, payload: Payload, at_s: float) -> None:
        if name == "message":
            own = payload.get("clientId") == self._client_id
            self.echoed += own
            self.overheard += not own


class Leaver(Newcomer):
    """One more connection of a member, which leaves their room.

    `still_heard`: messages of the room that came all the same, of those from number `since` on.
    """

    since: int | None = None
    still_heard = 0

    def leave(self, room_id: str) -> None:
        """Leave the room; never waits."""
        self.ask([Question("leaving one's room", "leave_room", {"roomId": room_id}, "ok")])

    def _on_event(self, name: str, payload: Payload, at_s: float) -> None:
        if name == "message" and self.since is not None:
            self.still_heard += int(payload["clientId"]) >= self.since
