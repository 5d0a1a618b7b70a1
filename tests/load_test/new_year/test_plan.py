"""The levels: what each asks of a server, and how its guests are spread."""

import dataclasses
from pathlib import Path

import pytest

from load_test.new_year.plan import LEVELS, NOTICED_MS, Plan

PLAN = Plan(
    address="", out=Path(), users=10, rate=1, seconds=1, guests_per_room=10,
    seed=1, objective_p95_ms=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("users", "guests_per_room", "rooms"),
    [(1, 10, 1), (10, 10, 1), (40, 10, 4), (150, 10, 15), (100, 100, 1), (20, 100, 1)],
)
def test_guests_are_spread_over_rooms_of_about_the_same_size(
    users: int, guests_per_room: int, rooms: int
) -> None:
    plan = dataclasses.replace(PLAN, users=users, guests_per_room=guests_per_room)
    assert plan.rooms == rooms


def test_levels_begin_with_a_warm_up_and_end_on_times_square() -> None:
    names = list(LEVELS)
    assert (names[0], names[-1]) == ("warm-up", "times-square")
    rates = [level.rate for level in LEVELS.values()]
    assert rates == sorted(rates)
    assert {level.objective_p95_ms for level in LEVELS.values()} == {NOTICED_MS}
    assert all(level.lesson for level in LEVELS.values())


def test_one_big_room_has_the_deliveries_of_times_square_and_a_tenth_of_its_writes() -> None:
    room, square = LEVELS["one-big-room"], LEVELS["times-square"]
    assert room.rate * room.guests_per_room == square.rate * square.guests_per_room
    assert room.rate == square.rate / 10
