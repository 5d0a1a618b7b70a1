"""Flags and defaults of the New Year's load test. Its menu is tried as a process, on a terminal."""

import pytest

from load_test.new_year.options import LEVELS, SERVERS, Plan, choose


def test_without_flags_or_a_terminal_it_is_the_challenge_in_the_evening() -> None:
    assert choose([]) == Plan(SERVERS["challenge"], users=40, rate=20, seconds=30)


def test_flags_take_the_place_of_the_levels_numbers() -> None:
    plan = choose(["--level", "times-square", "--users", "20", "--seconds", "5"])
    level = LEVELS["times-square"]
    assert (plan.users, plan.rate, plan.seconds) == (20, level.rate, 5)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("solution", "http://127.0.0.1:4002"),
        ("attempt", "http://127.0.0.1:4000"),
        ("localhost:5000", "http://localhost:5000"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        ("https://chat.example", "https://chat.example"),
        ("[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_a_server_is_given_by_name_or_address(given: str, address: str) -> None:
    assert choose(["--server", given]).address == address


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--server", "solutoin"], "challenge, solution, attempt"),
        (["--server", "http://127.0.0.1:99999"], "http://127.0.0.1:4001"),
        (["--server", "ftp://127.0.0.1:21"], "http://127.0.0.1:4001"),
        (["--server", "http://127.0.0.1:4001/api"], "http://127.0.0.1:4001"),
        (["--level", "noon"], "evening"),
        (["--users", "0"], "1 to 1,000"),
        (["--rate", "fast"], "1 to 5,000"),
        (["--seconds", "-1"], "--seconds"),
        (["--second", "5"], "--second"),
    ],
)
def test_what_is_wrong_is_one_line_that_says_what_would_be_right(
    arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        choose(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert hint in said
    assert said.count("\n") == 1


def test_the_guests_are_spread_over_rooms_of_ten() -> None:
    assert [Plan("", users, rate=1, seconds=1).rooms for users in (1, 10, 40, 150)] == [1, 1, 4, 15]
