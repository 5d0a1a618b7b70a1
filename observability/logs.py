"""Log lines that people can read and, with ``--log-format json``, machines too.

One event is one line, whatever clients put into their names: line breaks are escaped, so that
nobody can forge a line of ours.
"""

import json
import logging
import sys
import time
from types import TracebackType

from opentelemetry import trace

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")
# They tell of every packet and request at their own "info".
QUIET_LIBRARIES = ("socketio", "engineio", "werkzeug", "urllib3")

ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class TextFormatter(logging.Formatter):
    """``2026-12-31T23:59:59.123Z INFO challenge.server: message``, and tracebacks below it."""

    default_msec_format = "%s.%03dZ"
    default_time_format = "%Y-%m-%dT%H:%M:%S"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    @staticmethod
    def converter(seconds: float | None) -> time.struct_time:
        """Log times are UTC, like every other time of the workshop."""
        return time.gmtime(seconds)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One line, with control characters escaped."""
        trace_id = _trace_id()
        line = super().formatMessage(record)
        return _one_line(f"{line} trace_id={trace_id}" if trace_id else line)

    def formatException(self, ei: ExceptionInfo) -> str:
        """The traceback, indented: what an error says may come from a client, too."""
        return "\n".join(
            f"    {_one_line(line)}" for line in super().formatException(ei).split("\n")
        )


class JsonFormatter(TextFormatter):
    """One JSON object a line, with the same facts."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON: time, level, logger, message, what it gives as `fields`, and, where
        there is one, trace_id and error.
        """
        entry = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if trace_id := _trace_id():
            entry["trace_id"] = trace_id
        if record.exc_info:
            entry["error"] = logging.Formatter.formatException(self, record.exc_info)
        return json.dumps(entry)


def set_up_logging(level: str = "info", form: str = "text") -> None:
    """Send this process's log lines to standard error, from `level` on, as `form` says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for library in QUIET_LIBRARIES:
        logging.getLogger(library).setLevel(logging.ERROR)


def _trace_id() -> str:
    """Of the span in which a line is logged, or an empty text."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
