"""Pictures from answers that are known: small enough for a page, and counted rightly."""

import io

import pytest
from matplotlib.figure import Figure

from tests.stack.evening import PACKAGES, Evening
from tests.stack.pictures import DPI, ROWS, draw_heat, draw_row, heat
from tests.stack.prometheus import Series

MOST_BYTES = 60_000
EVENING = Evening(1_000.0, 1_016.0, 1_060.0, {}, 0.0)
MOMENTS = [1_000.0 + 2 * look for look in range(30)]
BUCKETS = [
    Series({"job": job, "le": le}, [(at_s, share * number) for number, at_s in enumerate(MOMENTS)])
    for job in PACKAGES
    for le, share in (("+Inf", 10.0), ("0.5", 4.0), ("10", 9.0))
]


def test_the_heat_map_counts_what_lies_between_two_bounds() -> None:
    moments, bounds, counts = heat(BUCKETS, "challenge")
    assert moments == MOMENTS
    assert bounds == ["0.5", "10", "+Inf"]
    assert counts[:, 2].tolist() == [8.0, 10.0, 2.0]


def test_a_moment_without_an_answer_counts_nothing() -> None:
    gap = [Series({"job": "challenge", "le": "1"}, [(2.0, 5.0)]), *BUCKETS]
    moments, _, counts = heat(gap, "challenge")
    assert moments[0] == 2.0
    assert counts[:, 0].tolist() == [0, 5, 0, 0]


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_graphs_is_small_and_has_a_line_for_each_server(name: str) -> None:
    row = ROWS[name]
    answers = {
        panel.title: [each for each in BUCKETS if each.labels["le"] == "10"] for panel in row
    }
    figure = draw_row(row, answers, EVENING)
    assert [len(axes.lines) for axes in figure.axes] == [3] * len(row)  # and midnight
    assert size_of(figure) < MOST_BYTES


def test_the_heat_map_is_small() -> None:
    assert size_of(draw_heat(BUCKETS, EVENING)) < MOST_BYTES


def size_of(figure: Figure) -> int:
    """How many bytes the picture takes."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=DPI)
    return len(out.getvalue())
