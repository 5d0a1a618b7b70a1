"""There is something for the checks of the layout to read."""

from tests.structure.source import OURS, PACKAGES, SAME_NAMED


def test_there_is_something_to_check() -> None:
    assert {module.path.parts[0] for module in OURS} >= set(PACKAGES) - {"notebooks"}
    assert len(SAME_NAMED) == 6
