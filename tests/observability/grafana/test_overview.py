"""The first screen answers three questions without scrolling."""

from tests.observability.grafana.board_files import committed, panels

SCREEN_ROWS = 22  # of Grafana's grid, on a screen of 1080 lines


def test_it_fits_on_one_screen() -> None:
    lowest = max(each["gridPos"]["y"] + each["gridPos"]["h"] for each in panels("overview.json"))
    assert lowest <= SCREEN_ROWS
    assert committed("overview.json")["title"] == "New Year's Eve: before and after"


def test_each_question_has_a_number_and_its_course_below() -> None:
    shown = panels("overview.json")
    numbers = [each for each in shown if each["type"] == "stat"]
    courses = [each for each in shown if each["type"] == "timeseries"]
    for number, course, metric in zip(
        numbers, courses, ("chat_store_seconds", "memory_bytes", "refused"), strict=True
    ):
        assert number["gridPos"]["x"] == course["gridPos"]["x"]
        assert metric in number["targets"][0]["expr"]
        assert metric in course["targets"][0]["expr"]
        # one figure of all the time shown, and one at each moment
        assert number["targets"][0]["instant"]
        assert course["targets"][0]["range"]


def test_before_and_after_are_side_by_side() -> None:
    before, after = (each for each in panels("overview.json") if each["type"] == "heatmap")
    assert before["gridPos"]["y"] == after["gridPos"]["y"]
    assert (before["gridPos"]["x"], after["gridPos"]["x"]) == (0, 12)
    assert before["targets"][0]["format"] == "heatmap"
