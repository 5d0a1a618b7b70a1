"""The figures in what scenarios saw."""

from collections import Counter

import pytest

from tests.checklist.figures import figures, measured
from tests.checklist.scenarios.experiment import Compared
from tests.checklist.trouble import Trouble, Word


def compared(outcome: str, ratio: float | None) -> Compared:
    """A comparison with two pairs."""
    return Compared(outcome, (100.0, 110.0), (800.0, 820.0), ratio, 5.1, None)


def test_a_comparison_gives_its_ratio_and_what_is_known_of_its_ends() -> None:
    found = measured({"experiment": compared("faster", 8.4)})
    assert found == {"speed_ratio": 8.4, "speed_ratio_low": 5.1}
    assert figures(found)[0] == ("Messages delivered a second, times the challenge’s", "8.40")


@pytest.mark.parametrize(
    "seen", [compared("invalid", 8.4), Trouble(Word.CRASHED, "it died"), None, Counter()]
)
def test_without_a_sound_comparison_there_is_no_figure(seen: object) -> None:
    assert measured({"experiment": seen}) == {}
    assert measured({}) == {}
