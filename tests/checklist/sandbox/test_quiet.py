"""Many may work at the same time, or one alone."""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.checklist.sandbox.quiet import alone, among_others

WITHIN_S = 5.0


@pytest.fixture(autouse=True)
def own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for temporary files that no other grading uses."""
    monkeypatch.setattr("tests.checklist.sandbox.quiet.FOLDER", str(tmp_path))


@pytest.fixture
def lock(own_machine: None, tmp_path: Path) -> Iterator[int]:
    """A handle of the room's lock."""
    with among_others():
        (path,) = tmp_path.glob("*.room")
    handle = os.open(path, os.O_RDWR)
    yield handle
    os.close(handle)


def is_free(lock: int, how: int) -> bool:
    """Whether somebody else could have the lock that way, now."""
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(lock, fcntl.LOCK_UN)
    return True


def test_among_others_is_not_alone(lock: int) -> None:
    with among_others(), among_others():
        assert is_free(lock, fcntl.LOCK_SH)
        assert not is_free(lock, fcntl.LOCK_EX)
    assert is_free(lock, fcntl.LOCK_EX)


def test_who_is_alone_has_no_others(lock: int) -> None:
    with alone():
        assert not is_free(lock, fcntl.LOCK_SH)
    assert is_free(lock, fcntl.LOCK_EX)


def test_who_wants_to_be_alone_waits_for_the_others(lock: int) -> None:
    is_alone = threading.Event()

    def work_alone() -> None:
        with alone():
            is_alone.set()

    with among_others():
        worker = threading.Thread(target=work_alone)
        worker.start()
        assert not is_alone.wait(0.1)
    assert is_alone.wait(WITHIN_S)
    worker.join()


def test_who_comes_later_lets_those_go_first_who_want_to_be_alone(
    lock: int, tmp_path: Path
) -> None:
    order: list[str] = []

    def work(name: str, place: Callable[[], AbstractContextManager[None]]) -> threading.Thread:
        def run() -> None:
            with place():
                order.append(name)

        worker = threading.Thread(target=run)
        worker.start()
        return worker

    # given one who works, and one who waits for being alone
    with among_others():
        first = work("alone", alone)
        (door,) = tmp_path.glob("*.door")
        deadline_s = time.monotonic() + WITHIN_S
        with door.open() as handle:
            while is_free(handle.fileno(), fcntl.LOCK_SH):
                assert time.monotonic() < deadline_s, "the door stayed open"

        # when another one comes, then the room empties first
        second = work("later", among_others)
        second.join(0.1)
        assert order == []
    first.join()
    second.join()
    assert order == ["alone", "later"]


def test_it_is_open_again_after_a_failure(lock: int) -> None:
    with pytest.raises(KeyboardInterrupt), alone():
        raise KeyboardInterrupt

    assert is_free(lock, fcntl.LOCK_EX)


def test_others_may_not_even_look_at_it(lock: int) -> None:
    assert os.fstat(lock).st_mode & 0o077 == 0
