"""Each animal can be made from the code as it is, and is Python unless that is its fault."""

from pathlib import Path

import pytest

from tests.checklist.zoo.animal import ATTEMPT, ROOT, Animal, Base, Edit, make
from tests.checklist.zoo.catalogue import ANIMALS
from tests.variants.variant import StaleVariant

FEWEST = 32
IS_NO_PYTHON = "broken"


@pytest.mark.parametrize("animal", ANIMALS, ids=lambda animal: animal.name)
def test_an_animal_fits_the_code(animal: Animal, tmp_path: Path) -> None:
    make(animal, tmp_path)
    assert (tmp_path / ATTEMPT / "__main__.py").is_file()
    broken = []
    for path in tmp_path.rglob("*.py"):
        try:
            compile(path.read_text(encoding="utf-8"), path, "exec")
        except SyntaxError:
            broken.append(path.name)
    assert bool(broken) is (animal.name == IS_NO_PYTHON)


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len({animal.name for animal in ANIMALS}) == len(ANIMALS) >= FEWEST


def test_an_answer_is_complete_in_itself(tmp_path: Path) -> None:
    make(Animal("whole", "", Base.ANSWER), tmp_path)
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / ATTEMPT).glob("*.py")]
    assert len(texts) > len(list((ROOT / "challenge").glob("*.py")))
    assert not any(line.startswith("from challenge") for text in texts for line in text.split("\n"))


def test_an_edit_that_fits_no_more_is_told(tmp_path: Path) -> None:
    animal = Animal("stale", "", edits=(Edit("app.py", "nobody wrote this", ""),))
    with pytest.raises(StaleVariant, match="stale: this must stand in app.py once"):
        make(animal, tmp_path)
