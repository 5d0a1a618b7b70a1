"""Log lines: one event, one line, whatever clients put into their names."""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace

from observability.logs import (
    QUIET_LIBRARIES,
    JsonFormatter,
    TextFormatter,
    set_up_logging,
)

FORGED = "minji\n2026-12-31T23:59:59.123Z ERROR challenge.server: all is lost"


def a_record(message: str, *values: object, level: int = logging.INFO) -> logging.LogRecord:
    """A record as a module's logger makes it."""
    return logging.LogRecord("challenge.server", level, "server.py", 1, message, values, None)


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Gives what was logged; the process's logging is as it was before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    libraries = {name: logging.getLogger(name).level for name in QUIET_LIBRARIES}
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in libraries.items():
        logging.getLogger(name).setLevel(before)


def test_a_line_tells_when_how_bad_where_and_what() -> None:
    line = TextFormatter().format(a_record("stored %d of %s", 3, "minji's"))
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO challenge\.server: stored 3 of minji's", line
    )


def test_times_are_utc() -> None:
    record = a_record("x")
    record.created, record.msecs = 1_798_761_599.123, 123
    assert TextFormatter().format(record).startswith("2026-12-31T23:59:59.123Z ")
    assert json.loads(JsonFormatter().format(record))["time"] == "2026-12-31T23:59:59.123Z"


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_nobody_can_forge_a_line(formatter: logging.Formatter) -> None:
    line = formatter.format(a_record("%s signed up", FORGED))
    assert len(line.splitlines()) == 1
    assert "all is lost" in line


@given(st.text(st.characters()))
def test_any_text_is_one_line_that_can_be_written(text: str) -> None:
    line = TextFormatter().format(a_record("user %s", text))
    assert len(line.splitlines()) == 1
    assert line.encode()
    assert line.isprintable()
    as_json = JsonFormatter().format(a_record("user %s", text))
    assert len(as_json.splitlines()) == 1
    assert as_json.isascii()
    assert json.loads(as_json)["message"] == f"user {text}"


def test_all_scripts_stay_readable() -> None:
    assert TextFormatter().format(a_record("새해 복 🎉 é")).endswith(": 새해 복 🎉 é")


def an_error() -> logging.LogRecord:
    """A record of an exception."""
    record = a_record("it failed", level=logging.ERROR)
    try:
        raise RuntimeError("the reason")
    except RuntimeError:
        record.exc_info = sys.exc_info()
    return record


def test_a_traceback_stands_below_its_line() -> None:
    first, *below = TextFormatter().format(an_error()).splitlines()
    assert first.endswith("ERROR challenge.server: it failed")
    assert below[0] == "    Traceback (most recent call last):"
    assert below[-1] == "    RuntimeError: the reason"


def test_json_holds_the_same_facts() -> None:
    entry = json.loads(JsonFormatter().format(a_record("stored %d", 3)))
    assert set(entry) == {"time", "level", "logger", "message"}
    assert (entry["level"], entry["logger"], entry["message"]) == (
        "INFO",
        "challenge.server",
        "stored 3",
    )
    failed = json.loads(JsonFormatter().format(an_error()))
    assert failed["message"] == "it failed"
    assert failed["error"].startswith("Traceback")
    assert failed["error"].endswith("RuntimeError: the reason")


def test_lines_go_to_standard_error_from_the_level_on(log: Callable[[], str]) -> None:
    set_up_logging("warning", "text")
    logger = logging.getLogger("challenge.test")
    logger.info("not said")
    logger.warning("said")
    assert re.fullmatch(r"\S+ WARNING challenge\.test: said\n", log())


def test_json_is_one_object_a_line(log: Callable[[], str]) -> None:
    set_up_logging("debug", "json")
    for number in range(3):
        logging.getLogger("challenge.test").debug("number %d", number)
    lines = [json.loads(line) for line in log().splitlines()]
    assert [line["message"] for line in lines] == ["number 0", "number 1", "number 2"]


def test_setting_up_twice_says_nothing_twice(log: Callable[[], str]) -> None:
    set_up_logging("info", "json")
    set_up_logging("info", "text")
    logging.getLogger("challenge.test").info("once")
    assert log().count("once") == 1


def test_libraries_are_quiet_until_something_fails(log: Callable[[], str]) -> None:
    set_up_logging("debug")
    for library in QUIET_LIBRARIES:
        logging.getLogger(library).warning("chatter")
        logging.getLogger(library).error("failure")
    written = log()
    assert "chatter" not in written
    assert written.count("failure") == len(QUIET_LIBRARIES)


def test_an_exceptions_text_cannot_forge_a_line() -> None:
    try:
        raise ValueError("x\n2026-12-31T23:59:59.123Z ERROR challenge.server: all is lost")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "f", 1, "m", (), sys.exc_info())
    lines = TextFormatter().format(record).splitlines()
    assert not any(line.startswith("2026-12-31T23:59:59.123Z") for line in lines)


@pytest.mark.usefixtures("spans")
def test_lines_of_a_span_bear_its_trace() -> None:
    with trace.get_tracer("test").start_as_current_span("some work") as span:
        text = TextFormatter().format(a_record("stored"))
        entry = json.loads(JsonFormatter().format(a_record("stored")))
    trace_id = f"{span.get_span_context().trace_id:032x}"
    assert text.endswith(f": stored trace_id={trace_id}")
    assert entry["trace_id"] == trace_id
    assert "trace_id" not in TextFormatter().format(a_record("stored"))
    assert "trace_id" not in json.loads(JsonFormatter().format(a_record("stored")))


def test_fields_of_a_record_are_keys_in_json() -> None:
    record = a_record("processed=3")
    record.fields = {"processed": 3, "ids": ["a", "b"]}
    entry = json.loads(JsonFormatter().format(record))
    assert (entry["message"], entry["processed"], entry["ids"]) == ("processed=3", 3, ["a", "b"])
