"""A change asks for the checks that depend on it, for what they need, and for no more."""

from typing import Any

import pytest

from tests.checklist.check import Check, Result, Verdict
from tests.checklist.judge import Finding
from tests.checklist.rubric import Entry, Item, Rubric
from tests.checklist.scenario import Scenario
from tests.checklist.touched import looked_at, only_quick, scenarios_for, touched, with_needs

TOUCHES = {
    "handler.serves": ("*",),
    "processor.is_there": ("*.py",),
    "processor.burst": ("message_processor.py", "*_manager.py"),
    "load.faster": ("*.py",),
    "documentation.page": ("ANSWER.md", "page/*.html"),
}


def a_check(name: str, on: str, *needs: str) -> Check:
    """One that nobody judges."""
    return Check(name, "", (on,), needs, lambda: Verdict(Result.PASSED, "", ""))


CHECKS = [
    a_check("handler.serves", "talk"),
    a_check("processor.is_there", "source", "handler.serves"),
    a_check("processor.burst", "talk", "processor.is_there"),
    a_check("load.faster", "load", "processor.burst"),
    a_check("documentation.page", "source"),
]
NAMES = {each.name for each in CHECKS}


def entry(name: str) -> Entry:
    """What the rubric says of a check: which files touch it."""
    return Entry(name, 1, (), TOUCHES[name], {}, False, "", False)


RUBRIC = Rubric((Item("all", "", tuple(entry(each.name) for each in CHECKS)),))
SCENARIOS = [
    Scenario(name, "", 1, full=name == "load", quiet=False, run=lambda stage: None)
    for name in ("source", "talk", "disk", "load")
]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"data_manager.py"}, NAMES - {"documentation.page"}),
        ({"app.py"}, NAMES - {"documentation.page", "processor.burst"}),
        ({"ANSWER.md"}, {"handler.serves", "documentation.page"}),
        ({"page/index.html"}, {"handler.serves", "documentation.page"}),
        ({"app.py", "ANSWER.md"}, NAMES - {"processor.burst"}),
        (set(), set()),
    ],
)
def test_files_touch_the_checks_that_name_them(files: set[str], names: set[str]) -> None:
    assert touched(files, CHECKS, RUBRIC) == names


def test_what_a_check_needs_goes_all_the_way_up() -> None:
    needed = {"processor.burst", "processor.is_there", "handler.serves"}
    assert with_needs({"processor.burst"}, CHECKS) == needed


def test_what_only_a_full_grading_looks_at_is_left_out() -> None:
    assert only_quick(NAMES, CHECKS, SCENARIOS) == NAMES - {"load.faster"}


def test_scenarios_are_those_of_the_checks_and_of_what_they_need() -> None:
    chosen = scenarios_for({"processor.burst"}, CHECKS, SCENARIOS)
    assert [each.name for each in chosen] == ["source", "talk"]
    assert [each.name for each in scenarios_for(["documentation.page"], CHECKS, SCENARIOS)] == [
        "source"
    ]


def a_finding(name: str, result: Result, because: str = "") -> Finding:
    """One of a point."""
    return Finding(name, "", result, "", "", 0, 1, (), because)


def test_who_waits_for_what_was_not_looked_at_was_not_looked_at_either() -> None:
    seen: list[Any] = [
        a_finding("a.failed", Result.FAILED),
        a_finding("a.child", Result.NOT_RUN, "a.failed"),
        a_finding("a.grandchild", Result.NOT_RUN, "a.child"),
        a_finding("b.left_out", Result.NOT_RUN),
        a_finding("b.child", Result.NOT_RUN, "b.left_out"),
    ]
    assert looked_at(seen) == seen[:3]
