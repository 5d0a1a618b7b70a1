"""The catalogue fits the code as it is: each change can be made, and each check exists."""

from pathlib import Path

import pytest

from tests.variants.bench import EXPERIMENT
from tests.variants.catalogue import VARIANTS
from tests.variants.variant import Variant, broken

ROOT = Path(__file__).parents[2]
FEWEST = 20  # that the contract's promises ask for


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_variant_fits_the_code(variant: Variant) -> None:
    compile(broken(variant, ROOT), variant.file, "exec")  # it breaks a promise, not the syntax
    if not variant.caught_by.startswith(EXPERIMENT):
        path, _, name = variant.caught_by.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / path).read_text(encoding="utf-8")


def test_names_are_unique_and_both_servers_have_some() -> None:
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS) >= FEWEST
    assert {variant.file.partition("/")[0] for variant in VARIANTS} == {"challenge", "solution"}
