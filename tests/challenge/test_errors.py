"""Every error has a code of its own for clients, and a fitting status."""

import pytest

from challenge.errors import ChatError, DamagedFile

CHILDREN: list[type[ChatError]] = ChatError.__subclasses__()
KINDS: list[type[ChatError]] = [ChatError, *CHILDREN]


def test_the_codes_are_those_of_the_interface() -> None:
    assert {(child.status, child.code) for child in KINDS} == {
        (400, "bad_json"),
        (400, "bad_field"),
        (401, "bad_token"),
        (401, "bad_credentials"),
        (404, "room_not_found"),
        (404, "not_found"),
        (404, "unknown_event"),
        (409, "name_taken"),
        (413, "too_large"),
        (429, "rate_limited"),
        (503, "queue_full"),
        (503, "storage_unavailable"),
        (503, "shutting_down"),
        (500, "internal"),
    }
    assert len({kind.code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.code))
def test_an_error_is_answered_with_its_code_and_sentence(kind: type[ChatError]) -> None:
    error = kind("what was wrong")
    assert error.answer() == {"code": kind.code, "message": "what was wrong"}
    assert str(error) == "what was wrong"


def test_clients_never_see_a_damaged_file() -> None:
    assert not issubclass(DamagedFile, ChatError)
