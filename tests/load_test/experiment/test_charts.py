"""The charts, drawn for real and read back from their files."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest
from matplotlib.colors import to_rgb

from load_test.experiment.chart_parts import INK, NARROW_IN, PNG_DPI, WIDE_IN
from load_test.experiment.charts import DEMO, charts_of
from load_test.experiment.sides import TWIN_COLOUR
from observability import colours
from tests.load_test.experiment.example_comparison import example_comparison
from tests.load_test.experiment.example_results import (
    challenge_run,
    example_results,
    solution_run,
    unmeasured_results,
)

BY_NAME = {chart.name: chart for chart in DEMO}
POINTS_PER_INCH = 72
SVG = "{http://www.w3.org/2000/svg}"
Drawn = dict[tuple[str, bool], str]  # by the name of the chart, and whether it is narrow


def texts(svg: str) -> list[str]:
    """All texts that a chart shows."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def draw(name: str, results: dict[str, Any], narrow: bool = False) -> str:
    return BY_NAME[name].svg(results, narrow)


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    """All charts of the example."""
    results = example_results()
    return {
        (name, narrow): draw(name, results, narrow) for name in BY_NAME for narrow in (True, False)
    }


@pytest.mark.slow
def test_pngs_are_as_large_as_promised_and_show_both_servers(tmp_path: Path) -> None:
    for chart in DEMO:
        path = chart.write_png(example_results(), tmp_path)
        assert path == tmp_path / f"{chart.name}.png"
        picture = matplotlib.image.imread(path)
        assert picture.shape[:2] == (round(chart.height_in * PNG_DPI), round(WIDE_IN * PNG_DPI))
        for colour in colours.COLOURS.values():
            assert (abs(picture[::3, ::3, :3] - to_rgb(colour)).max(axis=2) < 0.01).sum() > 50


def test_svgs_fit_one_page(drawn: Drawn) -> None:
    ids = [found for svg in drawn.values() for found in re.findall(r' id="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))
    for (_, narrow), svg in drawn.items():
        width = (NARROW_IN if narrow else WIDE_IN) * POINTS_PER_INCH
        root = ElementTree.fromstring(svg)
        assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(width)
        assert INK not in svg
        assert "currentColor" in svg
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= set(ids)


def test_the_same_results_give_the_same_drawing(drawn: Drawn) -> None:
    assert draw("memory_and_cpu", example_results()) == drawn["memory_and_cpu", False]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (
            "latency_over_time",
            "challenge|solution|p50|p95|none delivered in time|midnight|send to broadcast (log)|"
            "10 ms|100 ms|1 s|10 s|messages waiting|3,000|seconds since the start of the stream",
        ),
        ("latency_distribution", "share of messages sent|100%|3,105 undelivered|10 ms|1 s"),
        ("writes_per_message", "stream|midnight|1.00|0.13|0.011|1.10 MB|164 kB|16.7 kB|0.1|1 MB"),
        ("spans_per_message", "1.00|0.091|none|file.read|message_processor|.flush_messages"),
        ("memory_and_cpu", "93.4 MB|102 MB|21.9 s|3.08 s|peak memory of the server"),
    ],
)
def test_charts_name_what_they_show(drawn: Drawn, name: str, shown: str, narrow: bool) -> None:
    assert set(shown.split("|")) <= set(texts(drawn[name, narrow]))


def test_seconds_without_any_delivery_are_marked() -> None:
    # given a run that is so slow that nothing of many seconds came back
    run = challenge_run()
    silent = [each for each in run["timeline"] if each["sent"] and not each["latency_ms"]]
    assert len(silent) > 10

    # when it is drawn
    svg = draw("latency_over_time", example_results() | {"runs": [run]})

    # then each of them has a cross
    crosses = re.findall(rf"<use [^>]*fill: {colours.COLOURS['challenge']}", svg)
    assert len(crosses) == len(silent)


def test_what_was_delivered_whole_has_no_word_on_the_undelivered() -> None:
    results = example_results() | {"runs": [solution_run()]}
    assert not any("undelivered" in text for text in texts(draw("latency_distribution", results)))


@pytest.mark.parametrize("name", BY_NAME)
def test_what_was_not_measured_is_drawn_as_such(name: str) -> None:
    assert "not measured" in texts(draw(name, unmeasured_results()))


def test_one_number_that_was_not_measured_leaves_the_others() -> None:
    results = example_results()
    results["runs"][0]["phases"][0]["file_writes_per_message"] = None
    found = texts(draw("writes_per_message", results))
    assert found.count("not measured") == 1
    assert "0.011" in found


@pytest.mark.parametrize("name", ["latency_over_time", "memory_and_cpu"])
def test_several_rounds_share_one_entry_of_the_legend(name: str) -> None:
    results = example_results()
    results["runs"] += [solution_run() | {"round": 2}, challenge_run() | {"round": 2}]
    found = texts(draw(name, results))
    assert found.count("challenge") == found.count("solution") == 1


@pytest.mark.parametrize("name", ["latency_over_time", "memory_and_cpu"])
def test_other_servers_and_twins_have_a_style_of_their_own(name: str) -> None:
    twins = [challenge_run() | {"server": "attempt"}, solution_run() | {"server": "attempt"}]
    svg = draw(name, example_results() | {"runs": twins})
    assert {"attempt (A)", "attempt (B)"} <= set(texts(svg))
    assert colours.OTHER_COLOUR in svg
    assert TWIN_COLOUR in svg


def test_latencies_that_are_all_alike_still_have_two_ticks() -> None:
    run = solution_run() | {"latency_cdf_ms": [5.0] * 101}
    results = example_results() | {"runs": [run]}
    assert {"1 ms", "10 ms"} <= set(texts(draw("latency_distribution", results)))


def test_each_kind_of_results_has_its_charts() -> None:
    def names(results: dict[str, Any]) -> list[str]:
        return [chart.name for chart in charts_of(results)]

    timed = ["delivered_by_round", "latency_distribution", "latency_over_time"]
    work = ["work_per_message", "calls_and_memory", "spans_per_message"]
    results = example_comparison()
    assert names(results) == ["verdict", *timed, *work]
    assert names(results | {"work": []}) == ["verdict", *timed]
    assert names(example_comparison(outcome="invalid")) == [*timed, *work]
    assert names(example_comparison([])) == []
    assert names(example_results()) == list(BY_NAME)


def test_of_many_rounds_one_is_drawn_over_time_and_all_in_the_distribution() -> None:
    results = example_comparison()
    lines = rf"stroke: {colours.COLOURS['challenge']}; stroke-opacity"

    assert len(re.findall(lines, charts_of(results)[2].svg(results, False))) == 4
    over_time = charts_of(results)[3].svg(results, False)
    assert {"heavy", "seconds since the start of the round"} <= set(texts(over_time))


def test_the_distribution_of_a_comparison_is_of_its_light_load() -> None:
    # given rounds of which the heavy load left thousands undelivered, and the light one nothing
    results = example_comparison()
    assert results["runs"][0]["undelivered"] > 1_000
    chart = charts_of(results)[2]
    assert not any("undelivered" in text for text in texts(chart.svg(results, False)))

    # when the light one leaves something as well, it is told
    for run in results["runs"]:
        run["phases"][0]["delivered"] -= 2
    assert "2 undelivered" in texts(chart.svg(results, False))
