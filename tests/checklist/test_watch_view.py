"""The picture tells what is new in full, and what was found before in a word."""

import io
from dataclasses import replace

from rich.console import Console

from tests.checklist.check import Result, Verdict
from tests.checklist.example_grades import HINTS, example_grade, example_rubric, failed
from tests.checklist.judge import Finding
from tests.checklist.watch_view import KEYS, MOST_TOLD, NO_KEYS, Picture

RUBRIC = example_rubric()
SLOW = failed("at most 11 writes for 400 messages", "400 writes")
WIDTH = 200
CLEARED = "\x1b[2J\x1b[H"  # what clears a terminal


def a_picture(terminal: bool = True) -> Picture:
    """One that draws into a text."""
    console = Console(
        file=io.StringIO(), width=WIDTH, height=60, force_terminal=terminal, color_system=None,
        legacy_windows=False,
    )  # fmt: skip
    return Picture(RUBRIC, console)


def drawn(picture: Picture) -> str:
    """What stands on the screen since it was cleared the last time."""
    file = picture.console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().rpartition(CLEARED)[2]


def findings(*names: str, **seen: Verdict) -> list[Finding]:
    """The findings of these checks, with those of the processor as given."""
    grade = example_grade(seen={f"processor.{name}": seen[name] for name in seen})
    return [each for each in grade.findings if each.name in names]


def line_with(text: str, what: str) -> str:
    """The one line of a text in which something stands."""
    [line] = [line for line in text.splitlines() if what in line]
    return " ".join(line.split())


def test_a_failure_is_told_in_full() -> None:
    picture = a_picture()
    picture.begin({"processor.burst"}, "data_manager.py saved")
    picture.learn(findings("processor.burst", burst=SLOW))
    told = drawn(picture)
    for text in (SLOW.expected, SLOW.actual, HINTS[0], "data_manager.py saved", "0 of 12 points"):
        assert text in told
    assert HINTS[1] not in told


def test_what_is_well_is_named_by_item() -> None:
    picture = a_picture()
    picture.learn(findings("handler.serves", "handler.order", "processor.partial"))
    assert (
        line_with(drawn(picture), "passed") == "passed processor: partial; handler: serves, order"
    )


def test_what_was_found_before_stays_until_it_is_found_again() -> None:
    picture = a_picture()
    picture.learn(findings("handler.serves", "processor.burst", burst=SLOW))

    picture.begin({"handler.serves", "processor.burst"}, "app.py saved")
    assert line_with(drawn(picture), "failed") == "failed before processor: burst"
    assert line_with(drawn(picture), "passed") == "passed before handler: serves"
    assert "2 checks to come" in drawn(picture)

    picture.learn(findings("processor.burst"))
    assert "failed" not in drawn(picture)
    assert line_with(drawn(picture), "burst") == "passed processor: burst"
    assert "1 checks to come" in drawn(picture)


def test_a_run_that_ends_early_leaves_what_was_found_before() -> None:
    picture = a_picture()
    picture.learn(findings("handler.serves"))
    picture.begin({"handler.serves"}, "app.py saved")
    picture.end()
    assert "to come" not in drawn(picture)
    assert "passed before" in drawn(picture)


def test_only_so_many_failures_are_told_in_full() -> None:
    names = [
        "processor.partial", "processor.burst", "handler.serves", "handler.order", "load.ledger",
    ]  # fmt: skip
    assert MOST_TOLD == 3
    picture = a_picture()
    picture.learn(
        replace(each, result=Result.FAILED, actual=each.name.upper()) for each in findings(*names)
    )
    told = drawn(picture)
    assert [name.upper() in told for name in names] == [True, True, True, False, False]
    assert line_with(told, "ledger") == "failed handler: order; load: ledger"


def test_what_was_said_stays_until_the_next_run() -> None:
    picture = a_picture()
    picture.begin({"handler.serves"}, "app.py saved")
    picture.say("hint 1 of 3")
    picture.learn(findings("handler.serves"))
    assert "hint 1 of 3" in drawn(picture)
    picture.begin({"handler.serves"}, "auth.py saved")
    assert "hint 1 of 3" not in drawn(picture)


def test_keys_are_offered_where_there_are_some() -> None:
    picture = a_picture()
    picture.say("watching")
    assert NO_KEYS in drawn(picture)
    picture.has_keys = True
    picture.say("watching")
    assert KEYS in drawn(picture)


def test_elsewhere_only_what_is_new_is_printed() -> None:
    picture = a_picture(terminal=False)
    picture.learn(findings("handler.serves"))
    picture.begin({"processor.burst"}, "app.py saved")
    picture.learn(findings("processor.burst"))
    told = drawn(picture)
    assert "\x1b" not in told
    assert told.count("serves") == 1
    assert "before" not in told
