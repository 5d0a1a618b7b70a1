"""Fingerprints change with what is graded, and with nothing else."""

import os
from pathlib import Path

import pytest

from tests.checklist import fingerprint


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of two files."""
    folder = tmp_path / "attempt"
    (folder / "page").mkdir(parents=True)
    (folder / "__main__.py").write_text("print(1)\n")
    (folder / "page" / "chat.css").write_text("p { color: red }\n")
    return folder


def test_it_follows_from_names_and_contents(package: Path) -> None:
    first = fingerprint.of_package(package)
    assert fingerprint.of_package(package) == first

    (package / "__main__.py").write_text("print(2)\n")
    second = fingerprint.of_package(package)
    (package / "page" / "chat.css").rename(package / "page" / "other.css")
    assert len({first, second, fingerprint.of_package(package)}) == 3


def test_it_is_the_same_wherever_it_lies(package: Path, tmp_path: Path) -> None:
    first = fingerprint.of_package(package)
    assert fingerprint.of_package(package.rename(tmp_path / "elsewhere")) == first


def test_caches_and_hidden_files_do_not_count(package: Path) -> None:
    first = fingerprint.of_package(package)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.pyc").write_bytes(b"cache")
    (package / ".git").mkdir()
    (package / ".git" / "HEAD").write_text("ref")
    assert fingerprint.of_package(package) == first


def test_what_never_ends_is_not_read(package: Path) -> None:
    first = fingerprint.of_package(package)
    (package / "link").symlink_to("/dev/zero")
    os.mkfifo(package / "pipe")
    assert fingerprint.of_package(package) == first


def test_that_of_the_grader_does_not_change_by_itself() -> None:
    assert fingerprint.of_grader() == fingerprint.of_grader()
