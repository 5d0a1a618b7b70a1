"""What is wrong with what came while a guest was away."""

import pytest

from load_test.catch_up import MISSED, OUT_OF_ORDER, TWICE, Seen, faults


def seen(ids: str, late: str = "") -> list[Seen]:
    """Messages of one letter each, in the order of the alphabet; `late` ones claim to be first."""
    return [Seen(each, "0" if each in late else each) for each in ids]


@pytest.mark.parametrize(
    ("before", "fetched", "live", "witnessed", "wrong"),
    [
        ("ab", "cd", "ef", "cd", []),
        ("ab", "cdef", "ef", "cd", []),  # live began before fetched was read
        ("ab", "", "", "", []),
        ("ab", "cd", "", "bcd", []),  # another one saw b late
        ("ab", "d", "ef", "cd", [MISSED]),
        ("ab", "", "", "cd", [MISSED, MISSED]),
        ("ab", "bcd", "", "cd", [TWICE]),
        ("ab", "ccd", "", "cd", [TWICE]),
        ("ab", "cd", "ee", "cd", [TWICE]),
        ("ab", "dc", "", "cd", [OUT_OF_ORDER]),
        ("ab", "cd", "fe", "cd", [OUT_OF_ORDER]),
    ],
)
def test_each_message_comes_once_and_in_order(
    before: str, fetched: str, live: str, witnessed: str, wrong: list[str]
) -> None:
    found = faults(seen(before), seen(fetched), seen(live), set(witnessed))
    assert list(found) == wrong


def test_messages_of_one_moment_have_no_order() -> None:
    moment = [Seen(each, "23:59:59.999Z") for each in "badc"]
    assert list(faults(moment[:1], moment[1:], [], set("adc"))) == []


def test_what_is_older_than_all_before_is_out_of_order() -> None:
    assert list(faults(seen("ab"), seen("cd", late="c"), [], set())) == [OUT_OF_ORDER]
