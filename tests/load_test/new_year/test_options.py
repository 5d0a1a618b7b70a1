"""Flags and defaults of the New Year's load test."""

import dataclasses
from pathlib import Path

import pytest

from load_test.new_year.options import RESULTS, SEED, choose
from load_test.new_year.plan import LEVELS, NOTICED_MS, Plan
from load_test.new_year.targets import TARGETS


def test_without_flags_or_a_terminal_it_is_the_challenge_in_the_evening() -> None:
    plan = choose([])
    assert dataclasses.replace(plan, out=Path()) == Plan(
        address=TARGETS["challenge"].address,
        out=Path(),
        users=40,
        rate=20,
        seconds=30,
        guests_per_room=10,
        seed=SEED,
        objective_p95_ms=NOTICED_MS,
    )
    # and its reports have a folder of their own, which is not there yet
    assert plan.out.parent == RESULTS
    assert plan.out.name.startswith("load-2")
    assert not plan.out.exists()


def test_flags_take_the_place_of_the_levels_numbers() -> None:
    flags = ["--level", "one-big-room", "--users", "20", "--seconds", "5", "--seed", "0"]
    plan = choose([*flags, "--objective-p95-ms", "250"])
    level = LEVELS["one-big-room"]
    assert (plan.users, plan.rate, plan.seconds) == (20, level.rate, 5)
    assert (plan.rooms, plan.seed, plan.objective_p95_ms) == (1, 0, 250)


def test_an_objective_of_0_is_none_and_not_the_levels() -> None:
    assert choose(["--objective-p95-ms", "0"]).objective_p95_ms == 0


def test_reports_go_to_a_new_or_an_empty_folder(tmp_path: Path) -> None:
    assert choose(["--out", str(tmp_path)]).out == tmp_path
    new = tmp_path / "a" / "new"
    assert choose(["--out", str(new)]).out == new
    assert not new.exists()


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--server", "solutoin"], "challenge, solution, attempt"),
        (["--level", "noon"], "evening"),
        (["--users", "0"], "1 to 1,000"),
        (["--rate", "fast"], "1 to 5,000"),
        (["--seconds", "-1"], "--seconds"),
        (["--seed", "1.5"], "0 to 4,294,967,295"),
        (["--objective-p95-ms", "-5"], "--objective-p95-ms"),
        (["--second", "5"], "--second"),
        (["--out", str(Path(__file__).parent)], "is not an empty folder"),
        (["--out", __file__], "is not an empty folder"),
        (["--out", "x" * 300], "cannot use"),
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


def test_the_help_lists_levels_objectives_and_exit_codes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        choose(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(
        f"\n  {name} " in said and level.in_words() in said for name, level in LEVELS.items()
    )
    assert "a result and not a mistake" in said
    assert "exit code: 0 every greeting was delivered and all objectives were met" in said
