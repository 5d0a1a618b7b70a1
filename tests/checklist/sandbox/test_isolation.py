"""The best way is found by trying, and keeps what its level promises."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.checklist.sandbox.conftest import Start, said
from tests.checklist.sandbox.isolation import UIDS, WAYS, Level, Way, best_way, works
from tests.checklist.sandbox.launcher import MOST_PROCESSES, Sandbox

LEVELS = list(Level)
# What it could do to us, each as a word.
MISCHIEF = """
import json, os, pathlib, psutil, signal

def done(deed):
    try:
        deed()
        return True
    except (OSError, psutil.Error):
        return False

ours = pathlib.Path({ours!r})
deeds = {{
    "signal": lambda: os.kill({pid}, 0),
    "look": lambda: psutil.Process({pid}).environ(),
    "read": lambda: (ours / "grade.json").read_text(),
    "write": lambda: (ours / "grade.json").write_text("100"),
    "list": lambda: os.listdir(ours.parent),
    "change": lambda: pathlib.Path("attempt/__main__.py").write_text(""),
}}
print("ready", json.dumps([name for name, deed in deeds.items() if done(deed)]))
"""


def test_no_isolation_is_always_there_and_the_last_resort() -> None:
    assert works(WAYS[-1])
    assert WAYS[-1].level is Level.NONE
    assert [way.level for way in WAYS] == sorted(
        (way.level for way in WAYS), key=LEVELS.index, reverse=True
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may be another user, if Python can be read")
def test_only_root_may_be_another_user() -> None:
    assert not works(Way(Level.OTHER_USER, apart=False))


def test_two_sandboxes_never_have_the_same_user(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a folder away")
    uids = set()
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        uids.add(Way(Level.OTHER_USER, apart=False).sandbox(tmp_path / str(number)).uid)

    assert len(uids) == 3
    assert all(uid in UIDS for uid in uids)


def test_a_sandbox_has_limits(tmp_path: Path) -> None:
    sandbox = WAYS[-1].sandbox(tmp_path)

    assert sandbox.limits is not None
    assert sandbox.limits.processes == MOST_PROCESSES
    assert sandbox.folders == (sandbox.home, sandbox.workspace)
    assert re.fullmatch("[0-7]*711", f"{tmp_path.stat().st_mode:o}")


@pytest.mark.slow
def test_the_best_way_works_and_stays_the_same() -> None:
    assert works(best_way())
    assert best_way() is best_way()


@pytest.mark.slow
def test_a_level_keeps_what_it_promises(way: Way, sandbox: Sandbox, start: Start) -> None:
    # given a file of the grader, with the rights that files of ours have there
    ours = sandbox.home.parent / "ours"
    ours.mkdir(mode=0o700)
    (ours / "grade.json").write_text("0")

    process = start(MISCHIEF.format(ours=str(ours), pid=os.getpid()))

    could = set(json.loads(said(process)))
    files = {"read", "write", "list", "change"}
    if way.level is Level.OTHER_USER:
        assert could == set()
    elif way.level is Level.USER_NAMESPACE:
        assert could == files
    else:
        assert could == {*files, "signal", "look"}
