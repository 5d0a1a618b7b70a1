"""What the New Year's load test shows of a run."""

import dataclasses

import pytest

from load_test.new_year.outcome import Row
from load_test.new_year.output import LiveLine, print_heading, print_summary
from tests.load_test.new_year.test_outcome import GOOD
from tests.load_test.new_year.test_plan import PLAN


def test_the_heading_tells_server_load_and_objectives(capsys: pytest.CaptureFixture[str]) -> None:
    plan = dataclasses.replace(PLAN, address="http://127.0.0.1:1", objective_p95_ms=1_000)
    print_heading("challenge", 0, plan)
    assert capsys.readouterr().out == (
        "challenge at http://127.0.0.1:1: 10 guests in 1 room send 1 greetings/s for 1 s. "
        "Ctrl-C ends it early.\n"
        "Objectives: every greeting is delivered, 95 of 100 within 1,000 ms.\n"
    )


def test_the_heading_tells_what_the_server_has_yet_to_store(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_heading("challenge", 1_234, PLAN)
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "Objectives: every greeting is delivered."
    assert said[2].startswith("1,234 messages of before still wait to be stored")


def test_a_live_line_without_a_terminal_is_shown_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = LiveLine()
    line.show("one")
    line.show("two")
    line.clear()
    assert capsys.readouterr().out == "one\n"


def test_the_summary_holds_rows_failures_sentence_and_objectives(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = dataclasses.replace(GOOD, delivered=97, undelivered=2, failures=["1 x [oops]"])
    print_summary(dataclasses.replace(bad, generator_busy=True))
    said = capsys.readouterr().out
    assert "send to broadcast" in said
    assert "1,200" in said
    assert "1 x [oops]" in said
    assert "undelivered: 2" in said
    assert "Locust itself was short of processor time" in said
    *_, sentence, delivered, in_time, remark = said.splitlines()
    assert sentence == bad.sentence()
    assert delivered == "objective missed: every greeting delivered (97 of 100)"
    assert in_time == "objective met: p95 of send to broadcast within 1,200 ms (1,200 ms)"
    assert "a result and not a mistake" in remark


def test_where_all_is_met_nothing_is_excused(capsys: pytest.CaptureFixture[str]) -> None:
    print_summary(GOOD)
    said = capsys.readouterr().out
    assert said.count("objective met") == 2
    assert "mistake" not in said


def test_times_of_an_empty_row_are_unknown_and_not_zero(capsys: pytest.CaptureFixture[str]) -> None:
    empty = Row("send to broadcast", 0, 0, 0, 0, 0)
    print_summary(dataclasses.replace(GOOD, sent=0, delivered=0, broadcast=empty))
    said = capsys.readouterr().out
    row = next(line for line in said.splitlines() if "to broadcast" in line)
    assert row.count(" - ") == 3
    assert "objective" not in said
