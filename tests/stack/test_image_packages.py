"""The commands are the Dockerfile's; a network is needed only to run them."""

from tests.stack.image_packages import commands_of, python_of
from tests.structure.source import ROOT

DOCKERFILE = """\
FROM python:3.13.12-slim-bookworm AS base
FROM base AS installer
RUN pip install --require-hashes -r /uv.lock
RUN uv pip install --constraint /requirements.lock \\
    flask psutil \\
    eventlet
FROM installer AS workshop
RUN uv pip install -r /requirements.lock
"""


def test_commands_are_found_whole_and_with_the_lock_that_is_here() -> None:
    lock = str(ROOT / "requirements.lock")
    assert commands_of(DOCKERFILE) == [
        ["uv", "pip", "install", "--constraint", lock, "flask", "psutil", "eventlet"],
        ["uv", "pip", "install", "-r", lock],
    ]


def test_the_python_is_that_of_the_image() -> None:
    assert python_of(DOCKERFILE) == "3.13"


def test_ours_has_two_such_commands() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert len(commands_of(text)) == 2
    assert python_of(text).startswith("3.")
