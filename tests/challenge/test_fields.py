"""What clients send: the right passes unchanged, the wrong is told what would be right."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge import fields
from challenge.errors import BadField, BadJson

# Characters of all kinds, lone surrogates included: JSON can carry those.
ANY_TEXT = st.text(st.characters())


@given(ANY_TEXT)
def test_a_text_that_passes_can_be_written(value: str) -> None:
    try:
        passed = fields.text({"content": value}, "content", most=20)
    except BadField:
        return
    assert passed == value
    assert passed.encode().decode() == value
    assert 1 <= len(passed) <= 20
    assert passed.strip()


@given(st.text(min_size=1, max_size=20).filter(str.strip))
def test_every_text_of_the_right_length_passes(value: str) -> None:
    assert fields.text({"content": value}, "content", most=20) == value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "must be a text"),
        (7, "must be a text"),
        (["hello"], "must be a text"),
        ({"a": "b"}, "must be a text"),
        (b"hello", "must be a text"),
        ("", "must not be empty"),
        (" \t\n　", "must not be empty"),
        ("x" * 4_001, "must have at most 4,000 characters, not 4,001"),
        ("\ud800", "valid Unicode"),
        ("hello \udfff there", "valid Unicode"),
    ],
)
def test_a_text_that_is_none_is_named(value: object, told: str) -> None:
    with pytest.raises(BadField, match=f"^content {told}|^content .*{told}"):
        fields.text({"content": value}, "content", most=4_000)


def test_a_text_that_is_missing_is_named() -> None:
    with pytest.raises(BadField, match="content must be a text"):
        fields.text({}, "content", most=10)


def test_length_is_counted_in_characters_and_not_in_bytes() -> None:
    assert fields.text({"content": "🎆" * 10}, "content", most=10) == "🎆" * 10


@given(ANY_TEXT)
def test_a_username_that_passes_is_harmless(value: str) -> None:
    try:
        passed = fields.username(value)
    except BadField:
        return
    assert passed == value
    assert passed.encode()
    assert len(passed) <= 32
    assert not set(passed) & set("/\\.:;<>&'\" \t\r\n\0")


@pytest.mark.parametrize("value", ["minji", "민지", "a", "x" * 32, "new-year_2027", "Ünïcödé"])
def test_usernames_of_all_scripts_pass(value: str) -> None:
    assert fields.username(value) == value


@pytest.mark.parametrize(
    "value",
    ["", " ", "a b", "a/b", "..", "a.b", "a\n", "\na", "a\x00", "x" * 33, "\ud800", 7, None],
)
def test_a_username_that_is_none_is_told_the_rule(value: object) -> None:
    with pytest.raises(BadField, match="1 to 32 letters"):
        fields.username(value)


@pytest.mark.parametrize("value", ["Party", "새해 파티", "Minji's", "x" * 64, "a b-c_d"])
def test_room_names_pass(value: str) -> None:
    assert fields.room_name({"name": value}) == value


@pytest.mark.parametrize(
    "value", ["", "  ", "a/b", "..", "a\tb", "Party\n", "x" * 65, "<b>", "\udfff", 7, None, {}]
)
def test_a_room_name_that_is_none_is_told_the_rule(value: object) -> None:
    with pytest.raises(BadField, match="1 to 64 letters"):
        fields.room_name({"name": value})


def test_participants_are_optional_and_without_doubles() -> None:
    assert fields.participants({}) == []
    assert fields.participants({"participants": ["b", "a", "b"]}) == ["b", "a"]


def test_there_is_a_most_of_participants() -> None:
    most = [f"user-{number}" for number in range(fields.MAX_PARTICIPANTS)]
    assert fields.participants({"participants": most}) == most
    with pytest.raises(BadField, match="at most 1,000 usernames"):
        fields.participants({"participants": [*most, "one-more"]})


@pytest.mark.parametrize("value", ["minji", {"minji": 1}, 7, None, [None], [["minji"]], ["a/b"]])
def test_participants_that_are_none_are_refused(value: object) -> None:
    with pytest.raises(BadField):
        fields.participants({"participants": value})


def test_an_optional_text_may_be_missing_but_not_wrong() -> None:
    assert fields.optional_text({}, "clientId", most=10) is None
    assert fields.optional_text({"clientId": None}, "clientId", most=10) is None
    assert fields.optional_text({"clientId": "a-1"}, "clientId", most=10) == "a-1"
    for wrong in ("", 7, "x" * 11):
        with pytest.raises(BadField, match="clientId"):
            fields.optional_text({"clientId": wrong}, "clientId", most=10)


@pytest.mark.parametrize("value", [None, "text", 7, ["a"], [[[]]], b"{}", True])
def test_a_payload_is_an_object(value: Any) -> None:
    with pytest.raises(BadJson, match="one JSON object"):
        fields.payload(value)
    assert fields.payload({"a": 1}) == {"a": 1}


@pytest.mark.parametrize(("value", "number"), [(None, 50), ("1", 1), ("007", 7), ("100", 100)])
def test_a_whole_number_within_its_limits_passes(value: str | None, number: int) -> None:
    assert fields.whole_number(value, "limit", 1, 100, default=50) == number


@pytest.mark.parametrize(
    "value", ["", "0", "101", "-1", "+1", " 1", "1.0", "1_0", "abc", "٣", "²", "9" * 5_000]
)
def test_any_other_number_is_told_its_limits(value: str) -> None:
    with pytest.raises(BadField, match="limit must be a whole number from 1 to 100"):
        fields.whole_number(value, "limit", 1, 100, default=50)
