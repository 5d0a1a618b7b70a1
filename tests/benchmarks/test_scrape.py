"""The cost of a scrape as people measure it: one line, and an exit code that fits what it says.

Nothing is said about how large it is: that is for the benchmark to tell, and for no test.
"""

import re
import subprocess
import sys

import pytest

from tests.behaviour.servers import ROOT

END_S = 50
LINE = re.compile(
    r"a scrape takes \d+\.\d\d ms of the server's processor over HTTP; its text alone "
    r"\d+\.\d\d ms \(p50\), \d+\.\d\d ms \(p99\): (under|over) 5 ms \(20 scrapes\)\n"
)


def scrape(*flags: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "tests.benchmarks.scrape", *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=END_S)


@pytest.mark.slow
def test_a_short_one_tells_both_figures() -> None:
    ended = scrape("--scrapes", "20")
    told = LINE.fullmatch(ended.stdout)
    assert told, ended.stdout + ended.stderr
    assert ended.returncode == {"under": 0, "over": 1}[told[1]]


@pytest.mark.parametrize("value", ["0", "many", "-1"])
def test_wrong_usage_is_one_line(value: str) -> None:
    ended = scrape("--scrapes", value)
    assert ended.returncode == 2
    assert f"must be a whole number from 1 to 100,000, not '{value}'" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
