"""A package is found in what people hand in, and what no honest one holds is refused."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from tests.checklist.sandbox.workspace import MOST_BYTES, MOST_FILES
from tests.checklist.submission import declared_acknowledgement, find_submission
from tests.checklist.trouble import Trouble, Word


def hand_in(folder: Path, *names: str) -> Path:
    """A folder with files of these names; each holds its own name."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def zipped(path: Path, *names: str) -> Path:
    """A zip with files of these names; each holds its own name."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return path


@pytest.mark.parametrize(
    ("names", "package"),
    [
        (["attempt/__main__.py", "challenge/__main__.py"], "attempt"),
        (["__main__.py", "app.py"], "."),
        (["workshop-main/attempt/__main__.py", "workshop-main/challenge/__main__.py"], None),
        (["my_attempt/__main__.py", "notes/text.md", "__MACOSX/__main__.py"], "my_attempt"),
        ([".old/__main__.py", "new/__main__.py"], "new"),
    ],
)
def test_a_package_is_found(tmp_path: Path, names: list[str], package: str | None) -> None:
    package = package or "workshop-main/attempt"
    folder = hand_in(tmp_path / "alice", *names)
    archive = zipped(tmp_path / "bob.zip", *names)

    of_alice = find_submission(folder, tmp_path / "unused")
    of_bob = find_submission(archive, tmp_path / "unpacked")

    assert (of_alice.name, of_alice.package) == ("alice", folder / package)
    assert (of_bob.name, of_bob.package) == ("bob", tmp_path / "unpacked" / package)
    assert (of_bob.package / "__main__.py").read_text() == f"{package}/__main__.py".lstrip("./")
    assert not (tmp_path / "unused").exists()


def test_nothing_but_the_package_is_unpacked(tmp_path: Path) -> None:
    names = (
        "attempt/__main__.py",
        "attempt/.git/config",
        "attempt/__pycache__/a.pyc",
        "conftest.py",
    )

    find_submission(zipped(tmp_path / "alice.zip", *names), tmp_path / "unpacked")

    files = [path for path in (tmp_path / "unpacked").rglob("*") if path.is_file()]
    assert files == [tmp_path / "unpacked/attempt/__main__.py"]


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["readme.md"], "it holds no attempt/ with a __main__.py"),
        (["a/b/attempt/__main__.py"], "it holds no attempt/"),
        (
            ["challenge/__main__.py", "solution/__main__.py"],
            "several packages, challenge, solution",
        ),
    ],
)
def test_what_holds_no_package_is_refused(tmp_path: Path, names: list[str], why: str) -> None:
    for path in (hand_in(tmp_path / "alice", *names), zipped(tmp_path / "bob.zip", *names)):
        with pytest.raises(Trouble, match=why) as refused:
            find_submission(path, tmp_path / "unpacked")
        assert refused.value.word is Word.REFUSED


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "attempt/../../evil.py", "..\\evil.py"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "alice.zip", "attempt/__main__.py", name)

    with pytest.raises(Trouble, match="is no path inside of it"):
        find_submission(archive, tmp_path / "in" / "unpacked")

    assert not list(tmp_path.rglob("evil.py"))


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("attempt/app.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = zipped(tmp_path / "alice.zip", "attempt/__main__.py")
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr(link, "/etc/passwd")

    with pytest.raises(Trouble, match="'attempt/app.py' is a link"):
        find_submission(archive, tmp_path / "unpacked")


def test_an_encrypted_one_is_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "alice.zip", "attempt/__main__.py")
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flags, in the list of contents
    archive.write_bytes(content)

    with pytest.raises(Trouble, match="is encrypted"):
        find_submission(archive, tmp_path / "unpacked")


def test_a_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    archive = tmp_path / "alice.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("attempt/__main__.py", b"\0" * (MOST_BYTES + 1))

    with pytest.raises(Trouble, match=r"1 files of 20,000,001 bytes together, and may have"):
        find_submission(archive, tmp_path / "unpacked")

    assert not (tmp_path / "unpacked").exists()


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    # given a zip whose list of contents says that a large file is small
    archive = tmp_path / "alice.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("attempt/__main__.py", b"\0" * 1_000_000)
    content = archive.read_bytes()
    archive.write_bytes(
        content.replace((1_000_000).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    )

    with pytest.raises(Trouble, match="neither a folder nor a sound zip"):
        find_submission(archive, tmp_path / "unpacked")

    assert sum(path.stat().st_size for path in tmp_path.rglob("*.py")) <= 9


def test_more_files_than_a_package_has_are_refused(tmp_path: Path) -> None:
    names = ["attempt/__main__.py", *(f"attempt/{number}" for number in range(MOST_FILES))]

    with pytest.raises(Trouble, match="1,001 files"):
        find_submission(zipped(tmp_path / "alice.zip", *names), tmp_path / "unpacked")


def test_files_that_hinder_each_other_are_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "alice.zip", "attempt/__main__.py", "attempt/a", "attempt/a/b")

    with pytest.raises(Trouble, match="neither a folder nor a sound zip"):
        find_submission(archive, tmp_path / "unpacked")


@pytest.mark.parametrize("content", [b"", b"plain text", b"PK\x03\x04 and no more"])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "alice.zip").write_bytes(content)

    with pytest.raises(Trouble, match="alice.zip is neither a folder nor a sound zip"):
        find_submission(tmp_path / "alice.zip", tmp_path / "unpacked")


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=f"{os.strerror(2)}"):
        find_submission(tmp_path / "nobody", tmp_path / "unpacked")


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("# Answer\n\n- acknowledgement: queued\n", "queued"),
        ("* Acknowledgement:  **`Stored`**.\n", "stored"),
        ("- acknowledgement: stored\r\n", "stored"),
        ("- acknowledgement: queued or stored\n", ""),
        ("- acknowledgement: queued\n- acknowledgement: stored\n", ""),
        ("We chose queued.", ""),
        ("", ""),
    ],
)
def test_the_acknowledgement_is_declared_in_one_line(text: str, declared: str) -> None:
    assert declared_acknowledgement(text) == declared
