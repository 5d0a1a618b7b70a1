"""What kept a scenario from being seen: in place of its evidence, and never worth a point."""

from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """How it went wrong, in a word."""

    CRASHED = "crashed"  # its process ended, or was ended for taking too much
    TIMED_OUT = "timed out"
    NO_EVIDENCE = "no evidence"  # it ran, and what was to be looked at is not there
    REFUSED = "refused"  # it cannot be graded as it is, and was not run
    GRADER_FAILED = "grader failed"  # perhaps no fault of the submission: the instructor decides


@dataclass(unsafe_hash=True)  # not frozen: whoever raises it, contextlib too, sets its traceback
class Trouble(Exception):
    """Raised by a scenario, and kept in place of its evidence; `detail` is for people."""

    word: Word
    detail: str

    def __str__(self) -> str:
        return f"{self.word}: {self.detail}"
