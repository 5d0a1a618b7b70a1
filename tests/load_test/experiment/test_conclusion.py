"""From rounds to a verdict: who counts, who stops it, and what is said."""

import json
from typing import Any

import pytest

from load_test.experiment.conclusion import conclude, failed, more_pairs

MACHINE: dict[str, Any] = {"cpus": 2, "load_average": [0.1, 0.1, 0.1]}
RATES = (40.0, 41.0, 39.5, 40.5, 40.2)


def run(side: str, number: int, per_s: float, **more: Any) -> dict[str, Any]:
    server = {"A": "challenge", "B": "attempt"}[side]
    found = {"server": server, "side": side, "round": number, "delivered_per_s": per_s}
    return {**found, "valid": True, "invalid_because": None, "lost": 0, **more}


def results(factor: float, rounds: int = 5) -> dict[str, Any]:
    """Rounds in which B delivers `factor` times what A does, nearly."""
    runs = []
    for number in range(1, rounds + 1):
        per_s = RATES[(number - 1) % len(RATES)]
        runs += [run("A", number, per_s), run("B", number, 40.0 * factor)]
    return {"runs": runs, "machine": MACHINE, "settings": {"time_limit": 200.0}}


@pytest.mark.parametrize(("factor", "outcome"), [(3.0, "faster"), (1.0, "same"), (0.3, "slower")])
def test_five_steady_rounds_are_enough(factor: float, outcome: str) -> None:
    verdict = conclude(results(factor))

    assert verdict["outcome"] == outcome
    assert verdict["ratio"] == pytest.approx(factor, rel=0.03)
    assert verdict["low"] < verdict["ratio"] < verdict["high"]
    assert (verdict["metric"], verdict["pairs"]) == ("delivered_per_s", 5)
    assert [look["pairs"] for look in verdict["looks"]] == [1, 2, 3, 4, 5]
    json.dumps(verdict, allow_nan=False)


def test_fewer_rounds_than_the_least_tell_nothing() -> None:
    found = results(3.0, rounds=4)

    assert conclude(found)["outcome"] == "cannot_tell"
    assert more_pairs(found) >= 1


def test_a_void_run_takes_its_round_out() -> None:
    found = results(3.0, rounds=6)
    found["runs"][0] |= {"valid": False, "invalid_because": "the generator was late"}

    assert conclude(found)["pairs"] == 5


def test_half_a_round_does_not_count() -> None:
    found = results(3.0, rounds=5)
    found["runs"].append(run("B", 6, 1.0))

    assert conclude(found)["pairs"] == 5


def test_a_lost_message_makes_the_whole_invalid() -> None:
    found = results(3.0)
    found["runs"][3] |= {"valid": False, "invalid_because": "2 lost", "lost": 2}

    verdict = conclude(found)

    assert verdict["outcome"] == "invalid"
    assert verdict["ratio"] is None
    assert "attempt (B, round 2) broke the contract: 2 lost" in verdict["reason"]


def test_so_does_one_that_was_lost_while_work_was_measured() -> None:
    found = results(3.0)
    found["work"] = [{**run("B", 0, 10.0, lost=1), "history": 500}]
    del found["work"][0]["round"]

    assert conclude(found)["outcome"] == "invalid"
    assert "work at 500 messages" in conclude(found)["reason"]


def test_a_server_that_failed_is_the_verdict() -> None:
    verdict = failed(results(3.0, rounds=2), "attempt ended with code 7 under load")

    assert (verdict["outcome"], verdict["pairs"]) == ("invalid", 2)
    assert verdict["reason"] == "attempt ended with code 7 under load"
