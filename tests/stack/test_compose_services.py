"""What is told where Compose is missing. The rest is `python -m tests.stack` itself."""

from pathlib import Path

import pytest
from rich.console import Console

from tests.stack.compose_services import check


@pytest.mark.parametrize("required", [False, True])
def test_a_missing_compose_is_told_and_where_it_is_required_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, required: bool
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("COMPOSE_CONFIG", raising=False)
    monkeypatch.setenv("REQUIRE_COMPOSE", "1" if required else "")
    found = check(Console(quiet=True))
    assert found.result == ("1 wrong" if required else "not tried")
    assert "install Docker Compose" in "".join([found.not_tried, *found.problems])


def test_what_compose_refuses_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSE_CONFIG", "false")
    problems = check(Console(quiet=True)).problems
    assert len(problems) == 8
    assert problems[0].startswith("with the profiles ()")
