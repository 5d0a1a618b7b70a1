"""The table at the end: good only if something was looked at."""

from io import StringIO

import pytest
from rich.console import Console

from tests.stack.checks import Check, show, untried


def test_a_check_of_nothing_is_not_passed() -> None:
    assert Check("panels", 3).passed
    assert not Check("panels", 0).passed
    assert not Check("panels", 3, ["one is empty"]).passed


@pytest.mark.parametrize("required", [False, True])
def test_what_cannot_be_tried_here_is_no_success_and_where_it_is_required_a_problem(
    monkeypatch: pytest.MonkeyPatch, required: bool
) -> None:
    monkeypatch.setenv("REQUIRE_COMPOSE", "1" if required else "")
    check = untried("images", "install Docker")
    assert check.passed is not required
    assert check.result == ("1 wrong" if required else "not tried")


def test_the_table_tells_every_problem_in_full() -> None:
    out = StringIO()
    checks = [Check("panels", 1_234), Check("rules", 2, ["p95 [bold] is missing", "no count"])]
    checks += [Check("dashboards", 0), Check("images", 0, not_tried="install Docker")]
    show(checks, Console(file=out, width=80))
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert "panels 1,234 good" in lines
    assert "rules 2 2 wrong" in lines
    assert "dashboards 0 nothing there" in lines
    assert "images 0 not tried" in lines
    assert "images: install Docker" in lines
    assert "rules: p95 [bold] is missing" in lines
    assert "rules: no count" in lines
