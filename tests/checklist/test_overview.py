"""The page of the instructor, read back strictly."""

import re
from dataclasses import replace
from pathlib import Path

from tests.checklist.check import Result, Verdict
from tests.checklist.example_grades import (
    MANUAL,
    example_grade,
    example_rubric,
    failed,
    refused_grade,
    slow_grade,
)
from tests.checklist.figures import RATIO
from tests.checklist.grade_file import ByHand, Grade, Status
from tests.checklist.overview import (
    distribution,
    eye,
    gains,
    hard_first,
    render_overview,
    write_overview,
)
from tests.load_test.experiment.page import Page

DIED = Grade(submission="dave", items=(), status=Status.NOT_GRADED, problem="it died\nlog")
CLASS = [example_grade(), slow_grade(), refused_grade(), DIED]


def test_the_page_needs_nothing_but_its_folder(tmp_path: Path) -> None:
    path = write_overview(CLASS, example_rubric(), tmp_path)
    assert path == tmp_path / "index.html"
    page = Page(path.read_text(encoding="utf-8"))
    assert not page.tags & {"script", "img", "iframe", "link", "form"}
    assert "default-src 'none'" in page.html
    assert {target.partition("#")[0] for target in re.findall(r'\shref="([^"]*)"', page.html)} == {
        "alice/report.html", "bob/report.html", "carol/report.html", "dave/report.html",
        "gradebook.csv",
    }  # fmt: skip


def test_what_the_page_tells() -> None:
    page = Page(render_overview(CLASS, example_rubric()))
    assert page.headings == [
        "What needs your eye", "Points", "What the class found hard", "What was gained",
        "All submissions", "How it was graded",
    ]  # fmt: skip
    assert "4 submissions, 2 graded" in page.text
    assert "37.5 points at the median, of 56" in page.text
    assert ["A message processor", "", "14 of 20"] in page.rows
    assert ["alice", "20", "12", "20", "0", "52"] in page.rows
    assert ["carol", "refused", "0"] in page.rows
    assert ["dave", "could not be graded", ""] in page.rows
    assert "refused carol (it holds no attempt/)" in page.text
    assert "cannot tell bob (handler.order)" in page.text
    assert "to be judged by hand alice, bob" in page.text


def test_points_by_hand_count_and_are_marked() -> None:
    judged = replace(example_grade(), by_hand={MANUAL: ByHand(2.5, "clear")})
    page = Page(render_overview([judged], example_rubric()))
    assert ["alice*", "20", "12", "20", "2.5", "54.5"] in page.rows
    assert "Nothing: no check was in doubt" in page.text


def test_no_submission_breaks_nothing() -> None:
    for grades in ([], [DIED], [refused_grade()], [example_grade(measured={})]):
        page = Page(render_overview(grades, example_rubric()))
        assert "None" not in page.text
        assert "nan" not in page.text


def test_names_are_texts_and_their_links_lead_to_their_folders() -> None:
    name = '<b>#a?b%&"'
    page = Page(render_overview([example_grade(name)], example_rubric()))
    assert name in page.text
    assert "%3Cb%3E%23a%3Fb%25%26%22/report.html" in page.html


def test_graders_of_two_kinds_are_told() -> None:
    other = example_grade("bob", grader="another")
    assert "more than one" in Page(render_overview([example_grade(), other], example_rubric())).text


def test_distribution_has_every_submission_in_one_bin() -> None:
    bins = distribution([0, 9.9, 10, 99, 100], 100)
    assert [each.count for each in bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (bins[0].low, bins[-1].high) == (0, 100)


def test_what_was_hard_comes_first() -> None:
    hard = hard_first([example_grade(), slow_grade()])
    assert [(each.name, each.share) for each in hard[:3]] == [
        ("processor.burst", 0.5), ("handler.order", 0.5), ("load.faster", 0.5),
    ]  # fmt: skip
    assert hard[0].counts == {"passed": 1, "failed": 1}
    assert MANUAL not in {each.name for each in hard}


def test_what_was_judged_by_hand_counts_as_it_was_judged() -> None:
    judged = replace(example_grade(), by_hand={MANUAL: ByHand(1, "short")})
    hard = hard_first([judged, slow_grade()])
    assert (hard[0].name, hard[0].share) == (MANUAL, 0.25)
    assert hard[0].counts == {"judged by hand": 1}


def test_gains_are_factors() -> None:
    ratios = {"two": 2.0, "eight": 8.0, "half": 0.5}
    found = gains(example_grade(name, measured={RATIO: ratio}) for name, ratio in ratios.items())
    assert [each.submission for each in found] == ["eight", "two", "half"]
    assert [round(each.share, 3) for each in found] == [1.0, 0.333, 0.0]
    assert gains([example_grade(measured={})]) == []


def test_what_needs_an_eye_is_told_kind_by_kind_and_what_only_waits_comes_last() -> None:
    unsure = {"load.faster": Verdict(Result.CANNOT_TELL, "2 times", "1 to 4 times")}
    kinds = dict(eye([*CLASS, example_grade("erin", unsure), example_grade("fay")]))
    assert list(kinds) == ["cannot tell", "could not be graded", "refused", "to be judged by hand"]
    assert [name for name, _ in kinds["cannot tell"]] == ["bob", "erin"]
    good = {"handler.order": failed("in order", "3 were not")}
    assert "failed" not in dict(eye([example_grade(seen=good)]))
