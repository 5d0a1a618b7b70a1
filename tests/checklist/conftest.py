"""`pytest tests/checklist --submission attempt` grades, and runs none of the grader's own tests.

Without --submission it is the other way round: so `make test` never grades.
"""

from pathlib import Path

import pytest

GRADING = "test_submission.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say what is to be graded, and how thoroughly."""
    group = parser.getgroup("checklist")
    group.addoption(
        "--submission", type=Path, metavar="PATH", help="grade this folder or zip; only that"
    )
    group.addoption("--full", action="store_true", help="grade in full, up to 5 min")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """One grading in one process, whatever -n says: raises UsageError if there is none to do."""
    if submission := config.getoption("--submission"):
        if not submission.exists():
            raise pytest.UsageError(f"there is no {submission}; make attempt makes attempt/")
        config.option.numprocesses = 0


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the one file that grades, or all others."""
    if collection_path.is_dir():
        return None
    # The options are unknown where this file is found too late, below another folder.
    grades = bool(config.getoption("--submission", default=None))
    return None if grades == (collection_path.name == GRADING) else True
