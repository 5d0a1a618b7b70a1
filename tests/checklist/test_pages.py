"""The words of the pages."""

from pathlib import Path

from tests.checklist.pages import code, moment, share, write_page


def test_moment_is_as_people_write_it() -> None:
    assert moment("2026-12-31T23:59:00+00:00") == "31 December 2026, 23:59 UTC"
    assert moment("") == "a time that was not noted"


def test_a_share_is_a_width_whatever_is_divided() -> None:
    assert share(5, 8) == "62.5%"
    assert (share(9, 8), share(-1, 8), share(0, 0)) == ("100.0%", "0.0%", "0.0%")


def test_code_is_marked_and_nothing_else_is() -> None:
    assert code("say `stored`, <b>not</b> `a<b`") == (
        "say <code>stored</code>, &lt;b&gt;not&lt;/b&gt; <code>a&lt;b</code>"
    )


def test_a_page_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    for text in ("first", "second: 안녕"):
        write_page(text, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "second: 안녕"
    assert len(list(tmp_path.iterdir())) == 1
