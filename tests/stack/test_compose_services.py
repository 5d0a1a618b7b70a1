"""What is told where Compose is missing. The rest is `python -m tests.stack` itself."""

from pathlib import Path

import pytest
from rich.console import Console

from tests.stack.compose_services import check


@pytest.mark.parametrize("required", [False, True])
def test_a_missing_compose_is_told_and_where_it_is_required_a_problem(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    required: bool,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("COMPOSE_CONFIG", raising=False)
    monkeypatch.setenv("REQUIRE_COMPOSE", "1" if required else "")
    problems = check(Console(width=200))
    assert "not tried: docker-compose.yml: install Docker Compose" in capsys.readouterr().out
    assert len(problems) == required


def test_what_compose_refuses_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSE_CONFIG", "false")
    problems = check(Console(quiet=True))
    assert len(problems) == 8
    assert problems[0].startswith("with the profiles ()")
