"""Only addresses change: those of known jobs in their place, and others at the end."""

from pathlib import Path

import pytest

from tests.stack.configuration import SHIPPED, StaleAddress, with_addresses, write_configuration
from tests.stack.promtool import FOLDER

SHIPPED_TEXT = (FOLDER / "prometheus.yml").read_text()


def test_nothing_but_addresses_changes() -> None:
    text = with_addresses(SHIPPED_TEXT, {"challenge": "127.0.0.1:1", "prometheus": "127.0.0.1:2"})
    assert text.replace("127.0.0.1:1", "challenge:4001").replace(
        "127.0.0.1:2", "localhost:9090"
    ) == SHIPPED_TEXT  # fmt: skip


def test_other_jobs_come_at_the_end() -> None:
    text = with_addresses(SHIPPED_TEXT, {"sick-disk": "127.0.0.1:3"})
    assert text.startswith(SHIPPED_TEXT)
    added = text.removeprefix(SHIPPED_TEXT)
    assert "- job_name: sick-disk" in added
    assert '["127.0.0.1:3"]' in added


def test_an_address_that_has_changed_is_named() -> None:
    text = SHIPPED_TEXT.replace(SHIPPED["challenge"], "challenge:5001")
    with pytest.raises(StaleAddress, match="challenge:4001.* 0 times"):
        with_addresses(text, {"challenge": "127.0.0.1:1"})


def test_the_rules_are_copied_as_they_are(tmp_path: Path) -> None:
    path = write_configuration({"solution": "127.0.0.1:4"}, tmp_path)
    assert "127.0.0.1:4" in path.read_text()
    for rules in FOLDER.glob("rules/*.yml"):
        assert (path.parent / "rules" / rules.name).read_bytes() == rules.read_bytes()
