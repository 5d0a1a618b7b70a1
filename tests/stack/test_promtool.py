"""Prometheus' tool is found or asked for; our files are counted as they are."""

import re
from pathlib import Path

import pytest

from tests.stack.promtool import EXPECTATION, FOLDER, RULES_FOUND, ToolsMissing, find_tools


def test_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolsMissing, match="prometheus and promtool not found.*apt install"):
        find_tools()
    for name in ("prometheus", "promtool"):
        (tmp_path / name).touch(mode=0o755)
    find_tools()


def test_rules_and_expectations_are_counted() -> None:
    told = "Checking a.yml\n  SUCCESS: 9 rules found\n\nChecking b.yml\n  SUCCESS: 8 rules found\n"
    assert RULES_FOUND.findall(told) == ["9", "8"]
    text = "\n".join(path.read_text() for path in FOLDER.glob("tests/*.yml"))
    assert len(EXPECTATION.findall(text)) == len(re.findall(r"exp_samples:", text)) > 20
