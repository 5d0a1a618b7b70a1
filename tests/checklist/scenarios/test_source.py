"""What the text of a submission says is read, and nothing of it is run."""

import random
from pathlib import Path
from typing import cast

import pytest

from load_test.experiment.prepared import Prepared
from load_test.experiment.processes import PROJECT
from load_test.experiment.servers import Package
from load_test.experiment.traces import Traces
from tests.checklist.scenario import Stage
from tests.checklist.scenarios import source
from tests.checklist.scenarios.source import Source
from tests.checklist.trouble import Trouble

PROCESSOR = """
import os.path
from observability import names
from .errors import ChatError

class Loop:
    def start(self): ...

class MessageProcessor(base.Loop):
    def __init__(self, data): data.on_message(self.queue_message)
    async def stop(self): await data.close()
"""


@pytest.fixture
def attempt(tmp_path: Path) -> Path:
    """The folder of a submission."""
    folder = tmp_path / "attempt"
    folder.mkdir()
    return folder


def read(attempt: Path, challenge: Path = PROJECT / "challenge") -> Source:
    """What is found in it."""
    stage = Stage(
        submission=Package(attempt.name, attempt.parent),
        challenge=Package(challenge.name, challenge.parent),
        prepared=cast(Prepared, None),
        traces=Traces({}, None),
        folder=attempt.parent,
        chance=random.Random(1),
        declared="",
    )
    return source.run(stage)


def test_classes_functions_and_imports(attempt: Path) -> None:
    (attempt / "parts").mkdir()
    (attempt / "parts" / "processor.py").write_text(PROCESSOR)
    found = read(attempt)

    assert found.classes["MessageProcessor"] == {"__init__", "start", "stop"}
    assert found.imports == {"os", "observability"}
    begin = next(each for each in found.functions if each.name == "__init__")
    assert (begin.in_class, begin.file) == ("MessageProcessor", "parts/processor.py")
    assert begin.calls == {"on_message"}
    assert "queue_message" in begin.mentions


def test_classes_that_are_each_others_parents_do_no_harm(attempt: Path) -> None:
    (attempt / "a.py").write_text(
        "class A(B):\n def a(self): ...\nclass B(A):\n def b(self): ...\n"
    )
    assert read(attempt).classes == {"A": {"a", "b"}, "B": {"a", "b"}}


def test_nothing_is_run(attempt: Path) -> None:
    (attempt / "__init__.py").write_text(f"open({str(attempt / 'it_ran')!r}, 'w').close()")
    read(attempt)
    assert not (attempt / "it_ran").exists()


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (b"def f(:\n", "invalid syntax"),
        (b"x = '\0'\n", "null bytes"),
        (b"# coding: no-such\n", "encoding"),
        (b"x = " + b"-" * 50_000 + b"1\n", ""),
        (b"x = " + b"1+" * 50_000 + b"1\n", ""),
    ],
)
def test_a_file_that_cannot_be_parsed_is_a_fact(attempt: Path, code: bytes, why: str) -> None:
    (attempt / "bad.py").write_bytes(code)
    (attempt / "good.py").write_text("def good(): ...\n")
    found = read(attempt)

    assert [each.name for each in found.functions] == ["good"]
    [told] = found.unreadable
    assert told.startswith("bad.py: ")
    assert why in told


def test_escapes_that_python_warns_of_are_none_of_ours(attempt: Path) -> None:
    (attempt / "old.py").write_text(r"PATTERN = '\d'" + "\n")
    assert read(attempt).unreadable == ()


def test_too_much_is_trouble(attempt: Path) -> None:
    (attempt / "long.py").write_text("#" * (source.MOST_BYTES + 1))
    with pytest.raises(Trouble, match="1 Python files with 1,000,001 bytes"):
        read(attempt)


def test_links_are_not_followed(attempt: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("def secret(): ...\n")
    (attempt / "link.py").symlink_to(secret)
    (attempt / "ANSWER.md").symlink_to(secret)
    found = read(attempt)

    assert found.functions == ()
    assert found.answer == ""


def test_the_answer_is_read_and_an_unreadable_byte_in_it_is_no_end(attempt: Path) -> None:
    (attempt / "ANSWER.md").write_bytes(b"# Slow\xff")
    assert read(attempt).answer == "# Slow\N{REPLACEMENT CHARACTER}"


def test_the_challenge_is_known_again(attempt: Path, tmp_path: Path) -> None:
    # given a challenge, and a copy with other comments and spaces
    challenge = tmp_path / "challenge"
    challenge.mkdir()
    (challenge / "a.py").write_text("def a():\n    return 1\n")
    (attempt / "a.py").write_text("def a(): return 1  # what else\n")
    assert read(attempt, challenge).as_challenge

    # when something is added or changed, then it is not the challenge any more
    (attempt / "b.py").touch()
    assert not read(attempt, challenge).as_challenge
    (attempt / "b.py").unlink()
    (attempt / "a.py").write_text("def a(): return 2\n")
    assert not read(attempt, challenge).as_challenge


def test_ours_are_read() -> None:
    assert read(PROJECT / "challenge").as_challenge
    solution = read(PROJECT / "solution")
    assert not solution.as_challenge
    assert "flush_messages" in solution.classes["MessageProcessor"]
    assert solution.answer.startswith("#")
