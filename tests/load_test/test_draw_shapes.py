"""The picture in the README shows the shapes as they are."""

import re
from pathlib import Path

import pytest

from load_test import draw_shapes
from load_test.shapes import SHAPES, Shape

NUMBER = re.compile(r"-?\d+\.?\d*")


def test_the_committed_picture_is_the_one_drawn_today(tmp_path: Path) -> None:
    draw_shapes.draw(tmp_path / "today.svg")
    assert_same(tmp_path / "today.svg", draw_shapes.PICTURE)


def test_another_shape_is_another_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHAPES, "soak", Shape(SHAPES["soak"].title, [(0, 0), (0.2, 1), (1, 1)]))
    draw_shapes.draw(tmp_path / "other.svg")
    with pytest.raises(AssertionError):
        assert_same(tmp_path / "other.svg", draw_shapes.PICTURE)


def test_it_reads_on_any_ground() -> None:
    picture = draw_shapes.PICTURE.read_text(encoding="utf-8")
    assert "#ffffff" not in picture
    assert all(shape.title in picture for shape in SHAPES.values())


def assert_same(one: Path, other: Path) -> None:
    """Fail unless two pictures say the same, up to the rounding of another machine."""
    texts = [path.read_text(encoding="utf-8") for path in (one, other)]
    without = [NUMBER.sub("", text) for text in texts]
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in texts]
    assert without[0] == without[1], "draw it again: python -m load_test.draw_shapes"
    far = [pair for pair in zip(*numbers, strict=True) if abs(pair[0] - pair[1]) > 0.5]
    assert not far, "draw it again: python -m load_test.draw_shapes"
