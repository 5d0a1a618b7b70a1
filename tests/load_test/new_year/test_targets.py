"""A server is given by its name or by its address."""

from argparse import ArgumentTypeError

import pytest

from load_test.new_year.targets import TARGETS, address_of, hint


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("challenge", "http://127.0.0.1:4001"),
        ("solution", "http://127.0.0.1:4002"),
        ("attempt", "http://127.0.0.1:4000"),
        ("localhost:5000", "http://localhost:5000"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        ("https://chat.example", "https://chat.example"),
        ("[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_names_and_addresses_are_addresses(given: str, address: str) -> None:
    assert address_of(given) == address


@pytest.mark.parametrize(
    "given",
    [
        "",
        "solutoin",
        "http://",
        "http://127.0.0.1:99999",
        "ftp://127.0.0.1:21",
        "http://127.0.0.1:4001/api",
        "http://a..b:80",
        "http://[::1:80",
    ],
)
def test_what_is_neither_is_told_what_would_be(given: str) -> None:
    with pytest.raises(ArgumentTypeError) as error:
        address_of(given)
    assert f"{given!r} is none of challenge, solution, attempt, and no add" in str(error.value)


def test_where_nothing_listens_the_hint_starts_the_server_of_that_address() -> None:
    assert hint(TARGETS["solution"].address) == "'make solution' starts a server there"
    assert "python -m attempt" in hint(TARGETS["attempt"].address)
    assert hint("http://127.0.0.1:5000") == "start a server there, or check the address"
