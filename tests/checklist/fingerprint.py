"""Fingerprints: two gradings with the same ones are of the same thing by the same grader."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from load_test.experiment.processes import PROJECT
from tests.checklist.sandbox import workspace

# All that a grade follows from, apart from the submission; the grader's own tests are no part.
GRADER = ("challenge", "observability", "load_test/experiment", "tests/checklist", "tests/faults")
GRADER_FILES = (".py", ".toml")


def of_package(package: Path) -> str:
    """The fingerprint of a submission: of the files that are graded.

    What is too much to be graded is not read to its end, and refused by its grader.
    """
    kept = (path for path in package.rglob("*") if _is_kept(path.relative_to(package)))
    return _of(package, (path for path in kept if not path.is_symlink()))


def of_grader() -> str:
    """The fingerprint of the grader: its code, its rubric, and the servers it compares with."""
    return _of(PROJECT, grader_files())


def grader_files() -> list[Path]:
    """The files that the fingerprint of the grader is made of."""
    paths = (path for folder in GRADER for path in (PROJECT / folder).rglob("*"))
    return [
        path for path in paths if path.suffix in GRADER_FILES and not path.name.startswith("test_")
    ]


def _is_kept(path: Path) -> bool:
    return all(map(workspace.is_kept, path.parts))


def _of(root: Path, paths: Iterable[Path]) -> str:
    total, read_bytes = hashlib.sha256(), 0
    for path in sorted(paths):
        if path.is_file() and read_bytes <= workspace.MOST_BYTES:
            name = str(path.relative_to(root)).encode(errors="surrogateescape")
            with path.open("rb") as file:
                content = file.read(workspace.MOST_BYTES)
            read_bytes += len(content)
            total.update(hashlib.sha256(name).digest() + hashlib.sha256(content).digest())
    return total.hexdigest()
