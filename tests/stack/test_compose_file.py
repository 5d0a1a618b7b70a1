"""What Compose is asked, and what of its answers is wrong."""

import sys
from pathlib import Path

import pytest

from tests.stack import compose_file
from tests.stack.compose_file import ComposeFailed, choices, find_compose, resolve, wrong_choices

real = pytest.mark.skipif(find_compose() is None, reason="Docker Compose is not installed here")


def test_every_choice_of_profiles_is_tried() -> None:
    assert len(choices()) == 8
    assert () in choices()
    assert ("attempt", "load", "notebook") in choices()


def test_a_program_that_is_named_comes_before_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSE_CONFIG", "mine")
    assert find_compose() == ["mine"]


def test_there_is_no_compose_where_there_is_no_docker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COMPOSE_CONFIG", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_compose() is None


@pytest.mark.parametrize("code", [0, 1])
def test_what_it_warns_of_is_a_mistake(code: int) -> None:
    warns = f"import sys; sys.stderr.write('obsolete'); sys.exit({code})"
    with pytest.raises(ComposeFailed, match="with the profiles .*load.*: obsolete"):
        resolve([sys.executable, "-c", warns], ["load"])


def test_other_services_than_expected_are_told() -> None:
    compose = [sys.executable, "-c", """print('{"services": {"jaeger": {}}}')"""]
    assert wrong_choices(compose)[0].startswith("the profiles () start ['jaeger'], not [")


@real
def test_the_real_compose_accepts_the_file_with_all_profiles() -> None:
    compose = find_compose()
    assert compose
    assert compose_file.CORE < resolve(compose, ["all"])["services"].keys()
