"""What the documents tell people to type exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "challenge/README.md")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_exists(name: str) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    used = set(re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / name).read_text(), re.MULTILINE))
    assert used
    assert used <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", (ROOT / name).read_text())
    local = [link for link in links if "://" not in link]
    missing = [link for link in local if not (ROOT / name).parent.joinpath(link).exists()]
    assert missing == []
