"""Questions are asked as packets, and each keeps its answer."""

import asyncio

import pytest

from tests.checklist.scenarios.newcomer import (
    ACCEPTED,
    NO_ANSWER,
    Answer,
    Leaver,
    Newcomer,
    field_questions,
    room_questions,
)

URL = "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("contract", "given", "is_right"),
    [
        ("bad_field", "bad_field", True),
        ("bad_field", "bad_json", False),
        ("bad_field", NO_ANSWER, False),
        (ACCEPTED, "queued", True),
        (ACCEPTED, "stored", True),
        (ACCEPTED, "bad_field", False),
    ],
)
def test_only_the_contracts_answer_is_right(contract: str, given: str, is_right: bool) -> None:
    assert Answer("", contract, given).is_right is is_right


def test_a_room_that_does_not_exist_is_another_one() -> None:
    questions = field_questions("0af9", "hello")
    [payload] = [each.payload for each in questions if "room that does not" in each.asked]
    assert payload == {"roomId": "1b0a", "content": "hello"}


def test_answers_and_what_was_heard_are_kept_apart() -> None:
    async def listen() -> Newcomer:
        newcomer = Newcomer(URL, "token", "mine")
        newcomer.ask([*field_questions("room", "hello"), *room_questions("other", "hello")])
        # An answer, another one to the same question, one that is none, and one to nobody.
        for packet in (
            b'430[{"status": "refused", "error": {"code": "bad_field", "message": ""}}]',
            b'430[{"status": "queued", "id": "1"}]',
            b"431[7]",
            b'4399[{"status": "ok"}]',
            b'42["message", {"clientId": "mine"}]',
            b'42["message", {"clientId": "0"}]',
            b'42["message", {}]',
        ):
            newcomer.read(packet, at_s=0.0)
        return newcomer

    newcomer = asyncio.run(listen())
    answers = newcomer.answers()

    assert [each.given for each in answers[:3]] == ["bad_field", NO_ANSWER, NO_ANSWER]
    assert [each.asked for each in answers if each.contract == "unknown_event"] == [
        "an event that does not exist"
    ]
    assert answers[-1].asked == "joining a room of others"
    assert (newcomer.echoed, newcomer.overheard) == (1, 2)


def test_only_what_was_sent_after_leaving_counts() -> None:
    async def listen() -> Leaver:
        leaver = Leaver(URL, "token", "mine")
        heard = [b'42["message", {"clientId": "%d"}]' % number for number in (3, 4, 5)]
        # given a connection that hears the room's messages, and leaves
        leaver.leave("room")
        leaver.read(heard[0], at_s=0.0)
        leaver.read(b'430[{"status": "ok"}]', at_s=0.0)
        # when some come that were sent before, and some that were not
        leaver.since = 4
        for packet in (*heard, b'42["message", {"clientId": "of somebody else"}]'):
            leaver.read(packet, at_s=0.0)
        return leaver

    leaver = asyncio.run(listen())

    # then only the latter were not to come
    assert leaver.still_heard == 2
    assert [each.is_right for each in leaver.answers()] == [True]
