"""The report page, read back as a browser would read it."""

import re
from pathlib import Path
from typing import Any

import pytest

from load_test.experiment.charts import DEMO
from load_test.experiment.report import books, render_page, when, write_report
from load_test.experiment.rows import table_rows
from tests.load_test.experiment.example_results import (
    challenge_run,
    example_results,
    solution_run,
    unmeasured_results,
)
from tests.load_test.experiment.page import Page

MOST_BYTES = 1_000_000
LEAST_CONTRAST = 4.5  # WCAG 2, level AA, for text


def look_up(results: dict[str, Any], path: str) -> Any:
    """The value at a path like runs[1].phases[0].latency_ms.p50."""
    value: Any = results
    for name, quoted, index in re.findall(r'\.?([\w-]+)|\["([^"]+)"\]|\[(\d+)\]', path):
        value = value[int(index)] if index else value[quoted or name]
    return value


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of the example, with all its charts."""
    folder = tmp_path_factory.mktemp("report")
    path = write_report(example_results(), folder)
    assert path == folder / "report.html"
    written = {each.name for each in folder.iterdir()}
    assert written == {"report.html", *(f"{chart.name}.png" for chart in DEMO)}
    return Page(path.read_text(encoding="utf-8"))


def words(results: dict[str, Any]) -> Page:
    """A page without its charts, which take their time."""
    return Page(render_page(results, []))


def test_the_page_needs_nothing_but_itself(page: Page) -> None:
    assert len(page.html.encode()) < MOST_BYTES
    assert not page.tags & {"script", "img", "iframe", "link"}
    addresses = set(re.findall(r"\w+://[^\"' )]*", page.html))
    assert all(address.startswith("http://www.w3.org/") for address in addresses)  # names of XML
    assert set(re.findall(r'\shref="([^#"][^"]*)"', page.html)) == {"results.json"}
    assert "@import" not in page.html


def test_every_number_stands_in_the_results_where_the_page_says(page: Page) -> None:
    results = example_results()
    assert len(page.numbers) > 100
    for path, value in page.numbers:
        found = look_up(results, path)
        # A span that a server never makes is 0, and its path names the counts of all spans.
        assert value == str(0 if isinstance(found, dict) else found), path


def test_the_table_holds_exactly_the_rows(page: Page) -> None:
    shown = [row for row in page.rows if len(row) == 4 and row[0] != "What"]
    expected = [
        [row.label, *(cell.text for cell in row.cells), row.ratio]
        for row in table_rows(example_results())
    ]
    assert shown == expected


def test_sections_in_order_and_what_must_be_said(page: Page) -> None:
    assert page.headings == [
        "In plain words", "Before and after", "Charts", "What it costs", "How it was measured",
    ]  # fmt: skip
    for sentence in (
        "challenge and solution under New Year’s load",
        "Measured on 1 January 2026, 00:00 UTC",
        "Messages delivered each second: 45.1 with challenge and 150 with solution.",
        "3,105 of 4,500 messages were undelivered with challenge and 0 of 4,500 with solution.",
        "the latencies flatter whoever left more of it",
        "No message was lost, doubled or out of order.",
        "judges nothing",
        "solution acknowledges a message as queued: it is in memory only.",
        "challenge acknowledges a message as stored: it is on disk",
        "a lone message took 21 ms with challenge and 67 ms with solution",
        "A hundredth of the writes and a flat latency do not come together.",
        "from the seed 20261231",
        "40 users in 4 rooms: first a stream of messages, 150 a second, for 20 s",
        "They differ on messages stored, most likely because spans are missing",
        "Example CPU <2 GHz>",
    ):
        assert sentence in page.text
    assert 'role="alert"' not in page.html


def test_every_chart_is_there_twice_with_its_words(page: Page) -> None:
    for chart in DEMO:
        assert page.html.count(f'aria-label="{chart.alt}"') == 2
        assert chart.title in page.text
    assert page.html.count("<figcaption>") == len(DEMO)
    assert all(
        caption.strip() for caption in re.findall(r"<figcaption>(.*?)</fig", page.html, re.S)
    )


def luminance(colour: str) -> float:
    """WCAG's relative luminance of #rrggbb."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_all_text_has_contrast_in_light_and_dark(page: Page) -> None:
    schemes = [dict(re.findall(r"--([\w-]+): (#\w{6})", line))
               for line in page.html.splitlines() if "--paper:" in line]  # fmt: skip
    assert len(schemes) == 2
    for colours in schemes:
        texts = colours.keys() - {"paper", "alarm-paper", "rule", "band"}
        assert {"ink", "quiet", "good", "even", "bad", "open", "alarm"} == texts
        for text, ground in [*((name, "paper") for name in texts), ("alarm", "alarm-paper")]:
            low, high = sorted((luminance(colours[text]), luminance(colours[ground])))
            assert (high + 0.05) / (low + 0.05) >= LEAST_CONTRAST, (text, ground)


def test_what_went_wrong_is_said_first_and_in_red() -> None:
    # given an invalid run, and one that lost and doubled messages
    results = example_results()
    results["runs"][0] |= {"valid": False, "invalid_because": "the generator took 91% of its core"}
    results["runs"][1] |= {"lost": 3, "doubled": 1}

    # when it is reported
    page = words(results)

    # then both stand before everything else, and the numbers in the table are red
    warning = page.html.index('<div class="alarm" role="alert">')
    assert warning < page.html.index("In plain words")
    assert "challenge (A, round 1) is void" in page.text
    assert "the generator took 91% of its core." in page.text
    assert "solution (B, round 1) broke the contract: 3 lost, 1 doubled." in page.text
    assert "Messages went wrong: see the top of this page." in page.text
    assert page.html.count('<td class="fault">') == 2


def test_books_of_all_runs() -> None:
    results = example_results()
    assert books(results) == "No message was lost, doubled or out of order."
    results["runs"][0]["out_of_order"] = 1200
    assert books(results).startswith("Messages went wrong")
    assert books(unmeasured_results()).startswith("Whether messages were lost")


def test_nothing_measured_is_said_and_breaks_nothing() -> None:
    page = words(unmeasured_results())
    assert "Messages delivered each second: not measured with challenge" in page.text
    assert "How solution acknowledges a message was not measured." in page.text
    assert "None" not in page.text
    assert "nan" not in page.html


def test_one_run_alone_has_no_ratio() -> None:
    page = words(example_results() | {"runs": [solution_run()]})
    assert "Ratio" not in page.text
    assert "solution under New Year’s load" in page.text
    assert "challenge" not in page.text


def test_rounds_of_the_same_server_under_another_name() -> None:
    # given two rounds of two copies that bear the same name, which is no name for a page
    name = "<i>attempt</i>"
    runs = [
        run | {"server": name, "round": number}
        for number in (1, 2)
        for run in (challenge_run(), solution_run())
    ]

    # when they are reported
    page = words(example_results() | {"runs": runs})

    # then each side has its own label, as text, and rounds are said to be summed up
    assert f"{name} (A) and {name} (B) under New Year’s load" in page.text
    assert "i" not in page.tags
    assert "Of several rounds the median is shown" in page.text
    assert f"{name} (B, round 2)" in page.text


def test_results_without_a_run_still_tell_settings_and_machine(tmp_path: Path) -> None:
    path = write_report(example_results() | {"runs": []}, tmp_path)

    page = Page(path.read_text(encoding="utf-8"))
    assert "No finished run under New Year’s load" in page.text
    assert "Example CPU <2 GHz>" in page.text
    assert page.headings == ["How it was measured"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_time_that_was_not_noted() -> None:
    assert when({}) is None
    assert when({"started_at": "2026-12-31T23:59:58.000+09:00"}) == (
        "31 December 2026, 23:59 UTC+09:00"
    )
