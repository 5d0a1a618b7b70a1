"""The page of a participant, read back strictly: whole, harmless, and about nobody else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.checklist.check import Result, Verdict
from tests.checklist.example_grades import (
    HINTS,
    MANUAL,
    example_grade,
    failed,
    refused_grade,
    slow_grade,
)
from tests.checklist.grade_file import ByHand, Grade, Status
from tests.checklist.report import render_report, write_report
from tests.load_test.experiment.page import Page

EVIL = "</dd><script>alert(1)</script><img src=x onerror=alert(1)>\"'"


def check_of(html: str, name: str) -> str:
    """What the page tells of one check, as text."""
    found = re.search(rf'<section [^>]*id="{name}">.*?</section>', html, re.DOTALL)
    assert found
    return Page(found[0]).text


def test_the_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    path = write_report(slow_grade(), tmp_path)
    assert path == tmp_path / "report.html"
    page = Page(path.read_text(encoding="utf-8"))
    assert not page.tags & {"script", "img", "iframe", "link", "form"}
    assert "default-src 'none'" in page.html
    targets = set(re.findall(r'\shref="([^"]*)"', page.html))
    ids = re.findall(r'\sid="([^"]*)"', page.html)
    assert len(ids) == len(set(ids))
    assert targets <= {f"#{each}" for each in ids}


def test_a_failed_check_has_expected_beside_actual_and_hints() -> None:
    html = render_report(slow_grade())
    told = check_of(html, "processor.burst")
    assert told.startswith("0 of 12 failed A burst of messages is written a batch at a time.")
    assert "Expected at most 11 writes for 400 messages Actual 400 writes" in told
    assert f"What to look at next {HINTS[0]} What to try {HINTS[1]} Nearly the code" in told
    first, second, third = (html.index(hint) for hint in HINTS)
    assert html.count("<details>", 0, first) == 1
    assert html.count("<details>", first, second) == html.count("<details>", second, third) == 1


def test_each_result_is_told_in_its_way() -> None:
    html = render_report(slow_grade())
    assert check_of(html, "processor.partial").startswith("8 of 8 passed")
    assert HINTS[0] not in check_of(html, "processor.partial")
    assert "cannot tell" in check_of(html, "handler.order")
    assert "Not run, because processor.burst failed." in check_of(html, "load.faster")
    assert '<a href="#processor.burst">' in html
    assert "It has not been judged yet" in check_of(html, MANUAL)
    unsure = {"load.faster": Verdict(Result.CANNOT_TELL, "2 times", "1.1 to 4.0 times")}
    assert "counts as earned" in check_of(render_report(example_grade(seen=unsure)), "load.faster")


def test_points_stand_for_items_and_for_all() -> None:
    page = Page(render_report(slow_grade()))
    assert "bob: 23 of 56 points" in page.text
    assert [row[::2] for row in page.rows[1:]] == [
        ["A message processor", "8 of 20"], ["The socket handler", "5 of 12"],
        ["The load test passes", "10 of 20"], ["It is documented", "0 of 4"],
    ]  # fmt: skip
    assert "A burst of messages is written a batch at a time. 22 points hang on it." in page.text


def test_the_reference_is_named_only_where_all_is_earned() -> None:
    assert "solution" not in render_report(slow_grade())
    assert "solution/message_processor.py" in render_report(example_grade())


def test_points_by_hand_stand_beside_what_the_machine_found() -> None:
    decided = {
        MANUAL: ByHand(2.5, "clear <b>&</b> short"),
        "processor.burst": ByHand(6, "half of it is there"),
    }
    html = render_report(replace(slow_grade(), by_hand=decided))
    told = check_of(html, MANUAL)
    assert told.startswith("2.5 of 4 by hand")
    assert "Your instructor gave 2.5 of 4 points: clear <b>&</b> short" in told
    assert "The machine found" not in told
    told = check_of(html, "processor.burst")
    assert "Your instructor gave 6 of 12 points: half of it is there" in told
    assert "The machine found: failed, 0 of 12 points." in told
    assert "Actual 400 writes" in told


@pytest.mark.parametrize(
    "grade",
    [
        example_grade(EVIL, {"handler.serves": failed(EVIL, EVIL)}, isolation=EVIL),
        replace(refused_grade(EVIL), problem=EVIL),
        Grade(submission=EVIL, items=(), status=Status.NOT_GRADED, problem=EVIL),
        replace(example_grade(), by_hand={MANUAL: ByHand(1, EVIL)}, versions={EVIL: EVIL}),
    ],
)
def test_texts_of_a_submission_stay_texts(grade: Grade) -> None:
    page = Page(render_report(grade))
    assert not page.tags & {"script", "img"}
    assert EVIL in page.text


def test_refused_says_why_at_the_top() -> None:
    html = render_report(refused_grade())
    assert "carol: 0 of 56 points" in Page(html).text
    assert "This submission was refused: it holds no attempt/" in Page(html).text
    assert html.index('role="alert"') < html.index("<h2")
    assert "<section" not in html
    by_hand = replace(refused_grade(), by_hand={MANUAL: ByHand(2, "read it in your mail")})
    assert "2 of 4 by hand" in check_of(render_report(by_hand), MANUAL)


def test_not_graded_has_no_points_at_all() -> None:
    grade = Grade(submission="dave", items=(), status=Status.NOT_GRADED, problem="it died")
    page = Page(render_report(grade))
    assert "dave: could not be graded" in page.text
    assert "points" not in page.text.split("How it was graded")[0]


def test_figures_are_told_with_their_names() -> None:
    text = Page(render_report(example_grade())).text
    assert "Messages delivered a second, times the challenge’s 8.40" in text
    assert "What was measured" not in Page(render_report(example_grade(measured={}))).text
