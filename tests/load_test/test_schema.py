"""results.json fits its schema, which is strict about what DESIGN promises to readers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from load_test.experiment.results import begin_results
from tests.load_test.experiment.example_comparison import example_comparison
from tests.load_test.experiment.example_results import example_results

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(__file__).parent / "results.schema.json").read_text(encoding="utf-8"))
SAMPLE = ROOT / "notebooks" / "sample" / "results.json"
Results = dict[str, Any]


def problems(results: Results) -> set[str]:
    """The paths of what does not fit."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return {error.json_path for error in validator.iter_errors(results)}


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_both_kinds_of_results_fit() -> None:
    assert problems(example_results()) == set()
    assert problems(example_comparison()) == set()
    assert problems(json.loads(SAMPLE.read_text(encoding="utf-8"))) == set()


@pytest.mark.parametrize("missing", [["work", "growth"], ["work", "growth", "rates"]])
def test_a_comparison_that_was_stopped_early_fits(missing: list[str]) -> None:
    results = example_comparison(ratios=[])
    for key in missing:
        del results[key]

    assert problems(results) == set()


def test_results_before_the_first_run_fit() -> None:
    example = example_results()
    parts = (example[key] for key in ("settings", "machine", "versions"))

    assert problems(begin_results(*parts)) == set()


def without(*keys: str | int) -> Callable[[Results], None]:
    """Takes out what stands under `keys`."""

    def bend(results: Results) -> None:
        part: Any = results
        for key in keys[:-1]:
            part = part[key]
        del part[keys[-1]]

    return bend


def with_value(value: Any, *keys: str | int) -> Callable[[Results], None]:
    """Puts `value` under `keys`."""

    def bend(results: Results) -> None:
        part: Any = results
        for key in keys[:-1]:
            part = part[key]
        part[keys[-1]] = value

    return bend


@pytest.mark.parametrize(
    ("bend", "where"),
    [
        (with_value(2, "schema"), "$.schema"),
        (with_value("yesterday", "started_at"), "$.started_at"),
        (without("verdict"), "$"),
        (without("settings", "seed"), "$.settings"),
        (with_value("won", "verdict", "outcome"), "$.verdict.outcome"),
        (without("verdict", "looks"), "$.verdict"),
        (with_value(0, "verdict", "ratio"), "$.verdict.ratio"),
        (with_value("", "verdict", "reason"), "$.verdict.reason"),
        (without("runs", 0, "round"), "$.runs[0]"),
        (without("runs", 0, "lost"), "$.runs[0]"),
        (with_value("C", "runs", 0, "side"), "$.runs[0].side"),
        (with_value("3", "runs", 0, "sent"), "$.runs[0].sent"),
        (with_value(-1, "runs", 0, "doubled"), "$.runs[0].doubled"),
        (with_value({"p50": 1.0}, "runs", 0, "latency_ms"), "$.runs[0].latency_ms"),
        (with_value(False, "runs", 0, "valid"), "$.runs[0].invalid_because"),
        (without("runs", 0, "phases", 0, "sent"), "$.runs[0].phases[0]"),
        (without("runs", 0, "timeline", 0, "waiting"), "$.runs[0].timeline[0]"),
        (with_value("yes", "runs", 0, "witnesses", 0, "agree"), "$.runs[0].witnesses[0].agree"),
        (without("work", 0, "history"), "$.work[0]"),
        (without("growth", "B"), "$.growth"),
        (without("rates", "capacity_per_s", "A"), "$.rates.capacity_per_s"),
    ],
)
def test_what_is_missing_or_wrong_is_found(bend: Callable[[Results], None], where: str) -> None:
    results = example_comparison()

    bend(results)

    assert problems(results) == {where}
