"""A check's exit code is its result, and one that cannot run is an error."""

import asyncio
from pathlib import Path

import pytest

from tests.variants.bench import BadCheck, command, run_checks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a check that passes, one that fails, and the options that ours rely on."""
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\nmarkers = ["slow: x"]\n')
    (tmp_path / "test_it.py").write_text(
        "import pytest\ndef test_good(): pass\n@pytest.mark.slow\ndef test_bad(): assert False\n"
    )
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(("checks", "passed"), [(["good"], True), (["good", "bad"], False)])
def test_checks_pass_or_fail(folder: Path, checks: list[str], passed: bool) -> None:
    result = asyncio.run(run_checks([f"test_it.py::test_{each}" for each in checks], folder))
    assert result.passed is passed
    assert ("FAILED test_it.py::test_bad" in result.told) is not passed


@pytest.mark.slow
@pytest.mark.parametrize("check", ["test_it.py::test_gone", "test_gone.py::test_it"])
def test_a_check_that_is_none_is_told(folder: Path, check: str) -> None:
    with pytest.raises(BadCheck, match=f"{check} ended with code 4"):
        asyncio.run(run_checks([check], folder))


def test_an_experiment_is_run_in_its_short_form() -> None:
    assert command(["faults:model"])[1:] == ["-m", "tests.faults", "--form", "short", "model"]
