"""The workspace holds a copy of the package, what it builds on, and nothing else."""

import os
import stat
from pathlib import Path

import pytest

from tests.checklist.sandbox.workspace import MOST_BYTES, MOST_FILES, fill
from tests.checklist.trouble import Trouble, Word


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a subfolder."""
    package = tmp_path / "handed_in" / "my_attempt"
    (package / "page").mkdir(parents=True)
    (package / "__main__.py").write_text("import this")
    (package / "page" / "index.html").write_text("<p>")
    return package


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """An empty folder."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    return workspace


def test_it_holds_the_package_under_one_name_and_what_it_builds_on(
    package: Path, workspace: Path
) -> None:
    # given a package with caches in it, and other things beside it
    for name in (".git/config", "__pycache__/app.cpython-311.pyc"):
        (package / name).parent.mkdir()
        (package / name).write_text("stale")
    for name in ("conftest.py", "sitecustomize.py", "pyproject.toml", "evil.pth"):
        (package.parent / name).write_text("raise SystemExit")

    fill(workspace, package)

    assert {path.name for path in workspace.iterdir()} == {"attempt", "challenge", "observability"}
    attempt = workspace / "attempt"
    files = {str(path.relative_to(attempt)) for path in attempt.rglob("*") if path.is_file()}
    assert files == {"__main__.py", "page/index.html"}
    assert (attempt / "__main__.py").read_text() == "import this"
    assert (workspace / "challenge" / "app.py").exists()


def test_everybody_may_read_and_only_we_may_write(package: Path, workspace: Path) -> None:
    (package / "__main__.py").chmod(0o666)
    (package / "page").chmod(0o700)

    fill(workspace, package)

    for path in (workspace, *workspace.rglob("*")):
        expected = 0o755 if path.is_dir() else 0o644
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


@pytest.mark.parametrize("target", ["/etc/passwd", "__main__.py", "..", "nowhere"])
def test_a_link_is_refused(package: Path, workspace: Path, target: str) -> None:
    (package / "page" / "link").symlink_to(target)

    with pytest.raises(Trouble, match="my_attempt/page/link is a link") as refused:
        fill(workspace, package)

    assert refused.value.word is Word.REFUSED


def test_what_is_no_file_is_refused(package: Path, workspace: Path) -> None:
    os.mkfifo(package / "pipe")

    with pytest.raises(Trouble, match="my_attempt/pipe is neither a file nor a folder"):
        fill(workspace, package)


def test_a_large_file_is_refused_before_it_is_copied(package: Path, workspace: Path) -> None:
    with (package / "data.json").open("wb") as file:
        file.truncate(MOST_BYTES)

    with pytest.raises(Trouble, match="more than 1,000 files or 20,000,000 bytes"):
        fill(workspace, package)

    assert not (workspace / "attempt" / "page" / "index.html").exists()


def test_too_many_files_are_refused(package: Path, workspace: Path) -> None:
    for number in range(MOST_FILES):
        (package / f"{number}.json").touch()

    with pytest.raises(Trouble, match="hand in the package only"):
        fill(workspace, package)
