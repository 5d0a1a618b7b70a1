"""Applying a variant: once, or a clear error and nothing changed."""

from pathlib import Path

import pytest

from tests.variants.variant import StaleVariant, Variant, apply

TEXT = "one\ntwo\ntwo\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file of code."""
    (tmp_path / "code.py").write_text(TEXT)
    return tmp_path


def test_the_old_text_gives_way_to_the_new(folder: Path) -> None:
    apply(Variant("name", "code.py", "one\n", "", "check"), folder)
    assert (folder / "code.py").read_text() == "two\ntwo\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("code.py", "three", "", "must stand in code.py once, and is there 0 times"),
        ("code.py", "two", "", "is there 2 times"),
        ("code.py", "one", "one", "the new text is the old one"),
        ("gone.py", "one", "", "there is no gone.py any more"),
    ],
)
def test_a_variant_that_does_not_fit_is_told(
    folder: Path, file: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(StaleVariant, match=f"a name.*{told}"):
        apply(Variant("a name", file, old, new, "check"), folder)
    assert (folder / "code.py").read_text() == TEXT
