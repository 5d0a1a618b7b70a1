"""What a check finds: fine, not as it should be, or in the way of the workshop."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad it is; a problem makes `make doctor` fail."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: what was looked at, what was found, and what to do about it."""

    level: Level
    what: str
    found: str
    advice: str = ""


def ok(what: str, found: str) -> Finding:
    """All is as it should be."""
    return Finding(Level.OK, what, found)


def warning(what: str, found: str, advice: str) -> Finding:
    """It works, but less well than it could."""
    return Finding(Level.WARNING, what, found, advice)


def problem(what: str, found: str, advice: str) -> Finding:
    """It will not work."""
    return Finding(Level.PROBLEM, what, found, advice)
