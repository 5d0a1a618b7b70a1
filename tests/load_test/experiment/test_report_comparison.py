"""The page of a comparison, read back as a browser would read it."""

import re
from pathlib import Path
from typing import Any

import pytest

from load_test.experiment.charts import charts_of
from load_test.experiment.report import render_page, write_report
from load_test.experiment.rows import table_rows
from tests.load_test.experiment.example_comparison import RATIOS, example_comparison
from tests.load_test.experiment.page import Page
from tests.load_test.experiment.test_report import MOST_BYTES, look_up

FAULT = "solution (side B, round 1) broke the contract: 3 lost"


def words(results: dict[str, Any]) -> Page:
    """A page without its charts, which take their time."""
    return Page(render_page(results, []))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of the example, with all its charts."""
    folder = tmp_path_factory.mktemp("report")
    path = write_report(example_comparison(), folder)
    assert {each.stem for each in folder.glob("*.png")} == {
        chart.name for chart in charts_of(example_comparison())
    }
    return Page(path.read_text(encoding="utf-8"))


def test_the_page_needs_nothing_but_itself(page: Page) -> None:
    assert len(page.html.encode()) < MOST_BYTES
    assert not page.tags & {"script", "img", "iframe", "link"}
    addresses = set(re.findall(r"\w+://[^\"' )]*", page.html))
    assert all(address.startswith("http://www.w3.org/") for address in addresses)


def test_every_number_stands_in_the_results_where_the_page_says(page: Page) -> None:
    results = example_comparison()
    assert len(page.numbers) > 100
    for path, value in page.numbers:
        found = look_up(results, path)
        assert value == str(0 if isinstance(found, dict) else found), path


def test_the_verdict_is_first_and_its_chart_right_below(page: Page) -> None:
    places = [page.html.index(text) for text in (
        '<section class="verdict faster"', '<b class="badge">faster</b>', "The reason stands here",
        "The verdict, pair by pair", "In plain words", "Side by side", ">Charts<",
        "Delivered per second, round by round", "Distribution of latency", "Latency over time",
        "Work per message", "What it costs", "How it was measured",
    )]  # fmt: skip
    assert places == sorted(places)
    assert 'role="alert"' not in page.html


def test_what_must_be_said(page: Page) -> None:
    for sentence in (
        "In 5 pairs of rounds solution delivered 41.7 times as many messages a second as challenge",
        "The true ratio lies between 30.9 and 58.1.",
        "B, what is judged, is solution.",
        "Under the light load, 18.0 messages a second",
        "Ten times the history costs 4.57 times as much processor time for each message "
        "with challenge and 3.39 times with solution",
        "solution acknowledges a message as queued: it is in memory only.",
        "found how many it delivers a second at most: 45.2 with challenge, 1,933 with solution.",
        "40% of what the slower can do",
        "150% of what the faster can do",
        "Timed rounds run without tracing",
        "Work rounds run with it",
        "once with 5,000 and once with 500 stored messages",
        "in at most 1 of 100 experiments it misses the true ratio",
        "There is no verdict before 5 pairs",
        "No message was lost, doubled or out of order.",
        "no witness contradicted another",
        "others cpu–4%",
    ):
        assert sentence in page.text, sentence
    assert "None" not in page.text


def test_the_table_holds_exactly_the_rows(page: Page) -> None:
    shown = [row for row in page.rows if len(row) == 4 and row[0] != "What"]
    expected = [
        [row.label, *(cell.text for cell in row.cells), row.ratio]
        for row in table_rows(example_comparison())
    ]
    assert shown == expected


def test_every_chart_has_a_caption(page: Page) -> None:
    captions = re.findall(r"<figcaption>(.*?)</fig", page.html, re.S)
    assert len(captions) == len(charts_of(example_comparison()))
    assert all(caption.strip() for caption in captions)


@pytest.mark.parametrize("outcome", ["faster", "same", "slower", "cannot_tell", "invalid", "none"])
def test_each_outcome_has_a_badge_in_words_and_colour(outcome: str) -> None:
    page = words(example_comparison(outcome=outcome))
    badge = "no verdict" if outcome == "none" else outcome.replace("_", " ")
    assert f'<section class="verdict {outcome}"' in page.html
    assert f'<b class="badge">{badge}</b>' in page.html
    if outcome != "none":
        assert f".verdict.{outcome} {{" in page.html


def test_what_breaks_the_contract_is_invalid_for_speed_first_and_in_red() -> None:
    # given a comparison that ended with a round in which messages were lost
    results = example_comparison([44.0], outcome="invalid")
    results["runs"][1] |= {"valid": False, "lost": 3, "invalid_because": "3 lost"}
    results["verdict"] |= {"reason": FAULT, "ratio": None, "ratios": [], "looks": [], "pairs": 0}

    # when it is reported
    page = words(results)

    # then that is said once, as an alarm, and no speed is told
    assert page.text.count("broke the contract") == 1
    assert '<section class="verdict invalid" aria-label="The verdict" role="alert">' in page.html
    assert "No speed is told" in page.text
    assert "times as many messages" not in page.text
    assert "Ratio" not in page.text
    assert page.html.count('<td class="fault">') == 1


def test_faults_that_the_verdict_does_not_name_are_alarms_as_well() -> None:
    results = example_comparison()
    results["work"][1] |= {"lost": 2}

    page = words(results)

    assert '<div class="alarm" role="alert">' in page.html
    assert "solution (B, work at 5,000 messages) broke the contract: 2 lost." in page.text


def test_void_rounds_are_told_once_and_are_no_alarm() -> None:
    results = example_comparison()
    for index in (0, 3):
        results["runs"][index] |= {"valid": False, "invalid_because": f"late by {index} ms"}

    page = words(results)

    assert page.text.count("void and count for nothing") == 1
    assert "2 of 14 runs" in page.text
    assert 'role="alert"' not in page.html


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (None, None, "So few pairs leave open where the true ratio lies."),
        (1.5, None, "The true ratio lies above 1.50; how high is open."),
        (None, 3.0, "The true ratio lies below 3.00; how low is open."),
    ],
)
def test_an_interval_with_open_ends(low: float | None, high: float | None, said: str) -> None:
    results = example_comparison(outcome="cannot_tell")
    results["verdict"] |= {"low": low, "high": high}
    assert said in words(results).text


def test_one_pair_is_no_plural() -> None:
    assert "In 1 pair of rounds" in words(example_comparison([1.1], outcome="cannot_tell")).text


def test_a_server_against_itself_has_two_names() -> None:
    page = words(example_comparison(RATIOS, ("<i>attempt</i>", "<i>attempt</i>"), "same"))
    assert "<i>attempt</i> (A) against <i>attempt</i> (B)" in page.text
    assert "i" not in page.tags


def test_without_a_finished_run_there_are_verdict_machine_and_settings(tmp_path: Path) -> None:
    results = example_comparison([], outcome="invalid")
    for key in ("rates", "work", "growth"):
        del results[key]
    results["verdict"]["reason"] = "attempt did not start: it ended with code 1."

    path = write_report(results, tmp_path)

    page = Page(path.read_text(encoding="utf-8"))
    assert "A comparison without a finished run" in page.text
    assert "invalid attempt did not start" in page.text
    assert "Example CPU <2 GHz>" in page.text
    assert "time limit" in page.text
    assert page.headings == ["How it was measured"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_run_of_one_side_only_and_work_of_one_side_only() -> None:
    results = example_comparison([1.2], outcome="cannot_tell")
    del results["work"][1:], results["growth"], results["rates"]
    assert "attempt" not in words(results).text

    del results["runs"][1], results["work"]
    results["servers"] = {"A": "challenge", "B": "attempt"}
    page = words(results)
    assert "challenge against attempt" in page.text
    assert "not measured with attempt" in page.text
