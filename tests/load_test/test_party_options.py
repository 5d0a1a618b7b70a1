"""What may be chosen for a run, and what is said of what may not."""

from argparse import ArgumentParser

import pytest

from load_test.party_options import add_arguments, problem_with


def test_all_have_defaults_and_help() -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    assert vars(parser.parse_args([])) == {
        "users_per_room": 10, "rooms": 0, "pause": 2.0, "message_length": 0, "seed": 1,
        "shape": "none",
    }  # fmt: skip
    assert "a chat room is full" in parser.format_help()
    assert vars(parser.parse_args(["--users-per-room", "3", "--pause", "0.5"]))["pause"] == 0.5


def test_a_form_with_good_values_has_no_problem() -> None:
    good = {"users_per_room": "5", "rooms": "0", "pause": "0.05", "seed": "9", "user_count": "x"}
    assert problem_with(good) is None
    assert problem_with({"message_length": "4000", "shape": "countdown"}) is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("users_per_room", "0", "users_per_room: '0' is not a whole number from 1 to 10,000"),
        ("rooms", "", "rooms: '' is not a whole number from 0 to 10,000"),
        ("message_length", "4001", "'4001' is not a whole number from 0 to 4,000"),
        ("seed", "1.5", "seed: '1.5' is not a whole number"),
        ("pause", "0", "pause: '0' is not a number of seconds from 0.01 to 86,400"),
        ("pause", "nan", "pause: 'nan' is not a number of seconds"),
        ("pause", "soon", "pause: 'soon' is not a number of seconds"),
        ("shape", "circle", "shape: 'circle' is none of none, countdown, steps, soak, spikes"),
    ],
)
def test_a_form_with_a_bad_value_says_which_and_what_would_be_good(
    field: str, value: str, said: str
) -> None:
    assert said in str(problem_with({field: value}))
