"""A variant: the product broken on purpose by one small change, and the check that must notice."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Variant:
    """In `file`, a path from the root, `old` stands once; with `new` in its place the product
    breaks a promise, and `caught_by` fails: a pytest node id, or ``faults:NAME`` for the short
    form of an experiment of ``tests.faults``.
    """

    name: str
    file: str
    old: str
    new: str
    caught_by: str


class StaleVariant(Exception):
    """The code has changed since the variant was written: the catalogue must follow it."""


def broken(variant: Variant, folder: Path) -> str:
    """The text of the variant's file with the change in it; `folder` holds the packages.

    Raises StaleVariant if the old text is not there, or not once, or is no other than the new.
    """
    path = folder / variant.file
    if not path.is_file():
        raise StaleVariant(f"{variant.name}: there is no {variant.file} any more")
    text = path.read_text(encoding="utf-8")
    times = text.count(variant.old)
    if times != 1:
        raise StaleVariant(
            f"{variant.name}: this must stand in {variant.file} once, and is there {times} times; "
            f"adapt tests/variants to the new code:\n{variant.old}"
        )
    if variant.new == variant.old:
        raise StaleVariant(f"{variant.name}: the new text is the old one")
    return text.replace(variant.old, variant.new)


def apply(variant: Variant, folder: Path) -> None:
    """Break the packages in a folder; raises StaleVariant, with nothing changed, if it cannot."""
    (folder / variant.file).write_text(broken(variant, folder), encoding="utf-8")
