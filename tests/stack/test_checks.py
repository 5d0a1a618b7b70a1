"""The table at the end: good only if something was looked at."""

from io import StringIO

from rich.console import Console

from tests.stack.checks import Check, show


def test_a_check_of_nothing_is_not_passed() -> None:
    assert Check("panels", 3).passed
    assert not Check("panels", 0).passed
    assert not Check("panels", 3, ["one is empty"]).passed


def test_the_table_tells_every_problem_in_full() -> None:
    out = StringIO()
    checks = [Check("panels", 1_234), Check("rules", 2, ["p95 [bold] is missing", "no count"])]
    show([*checks, Check("dashboards", 0)], Console(file=out, width=80))
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert "panels 1,234 good" in lines
    assert "rules 2 2 wrong" in lines
    assert "dashboards 0 nothing there" in lines
    assert "rules: p95 [bold] is missing" in lines
    assert "rules: no count" in lines
