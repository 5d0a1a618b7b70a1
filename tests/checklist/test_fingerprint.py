"""Fingerprints change with what is graded, and with nothing else."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from load_test.experiment.processes import PROJECT
from tests.checklist import fingerprint

CHECKLIST = PROJECT / "tests" / "checklist"
# What tests the grader, and grades nobody.
ZOO = CHECKLIST / "zoo"


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


def imported(path: Path) -> Iterator[Path]:
    """The modules of the project that a file imports, wherever in it: as files."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(PROJECT).parts[: -node.level] if node.level else ()
            module = ".".join([*above, *filter(None, [node.module])])
            # A name may be a module of its own.
            names = [module, *(f"{module}.{each.name}" for each in node.names)]
        for name in names:
            place = PROJECT.joinpath(*name.split("."))
            found = (place.with_suffix(".py"), place / "__init__.py")
            yield from (each for each in found if each.is_file())


def test_that_of_the_grader_covers_all_that_a_grade_follows_from() -> None:
    # given the files it is made of, and those of the checklist itself
    covered = set(fingerprint.grader_files())
    waiting = [
        path
        for path in covered
        if path.suffix == ".py" and path.name != "conftest.py"
        if CHECKLIST in path.parents and ZOO not in path.parents
    ]

    # when their imports are followed, and those of what they import
    found = set(waiting)
    while waiting:
        new = set(imported(waiting.pop())) - found
        found |= new
        waiting += new

    # then these lead nowhere else
    assert sorted(found - covered) == []
    assert {CHECKLIST / "checks" / "handler.py", PROJECT / "challenge" / "models.py"} <= found
