"""Prometheus' own tool, asked whether our files are right: they are checked where they stand."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.stack.checks import Check

NEEDED = ("prometheus", "promtool")
FOLDER = Path(__file__).parents[2] / "observability" / "prometheus"
RULES_FOUND = re.compile(r"SUCCESS: (\d+) rules found")
EXPECTATION = re.compile(r"^ +eval_time:", re.MULTILINE)
LONGEST_S = 60


class ToolsMissing(Exception):
    """Raised when Prometheus is not installed; the text says what to install."""


def find_tools() -> None:
    """Look for Prometheus and its tool on PATH. Raises ToolsMissing."""
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        raise ToolsMissing(
            f"{' and '.join(missing)} not found on PATH: install Prometheus 2.42 or newer "
            "(Debian, Ubuntu: apt install prometheus; macOS: brew install prometheus)"
        )


def check_files(folder: Path = FOLDER) -> list[Check]:
    """The configuration, the rules, and the rules' own tests."""
    rules = sorted(folder.glob("rules/*.yml"))
    tests = sorted(folder.glob("tests/*.yml"))
    expectations = sum(len(EXPECTATION.findall(path.read_text())) for path in tests)
    _, config_problems = _run("check", "config", folder / "prometheus.yml")
    told, rule_problems = _run("check", "rules", *rules)
    _, test_problems = _run("test", "rules", *tests)
    return [
        Check("promtool check config", 1, config_problems),
        Check("promtool check rules", sum(map(int, RULES_FOUND.findall(told))), rule_problems),
        Check("promtool test rules: expectations", expectations, test_problems),
    ]


def _run(verb: str, what: str, *paths: Path) -> tuple[str, list[str]]:
    """What promtool said, and again as a problem if it is not content."""
    done = subprocess.run(
        ["promtool", verb, what, *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    told = done.stdout + done.stderr
    return told, [told.strip()] if done.returncode else []
