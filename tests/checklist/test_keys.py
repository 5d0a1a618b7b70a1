"""Keys are heard at once, and the terminal is afterwards as it was."""

import asyncio
import io
import os
import sys
import termios
from collections.abc import Iterator

import pytest

from tests.checklist import keys

WITHIN_S = 5.0
LOCAL_MODES = 3  # where a terminal's attributes say what it shows, and what it waits for


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where to write what is pressed; standard input is the terminal at the other end."""
    keyboard, terminal = os.openpty()
    with os.fdopen(terminal) as file:
        monkeypatch.setattr("sys.stdin", file)
        yield keyboard
    os.close(keyboard)


def modes() -> int:
    """The terminal's modes."""
    return int(termios.tcgetattr(sys.stdin)[LOCAL_MODES])


def test_keys_are_heard_without_enter(keyboard: int) -> None:
    async def press() -> list[str]:
        pressed: asyncio.Queue[str] = asyncio.Queue()
        with keys.listening(pressed.put_nowait) as there_are_keys:
            assert there_are_keys
            assert not modes() & (termios.ICANON | termios.ECHO)
            assert modes() & termios.ISIG  # Ctrl-C still ends it
            os.write(keyboard, b"ha")
            return [await asyncio.wait_for(pressed.get(), WITHIN_S) for _ in range(2)]

    before = modes()
    assert asyncio.run(press()) == ["h", "a"]
    assert modes() == before


def test_whatever_happens_the_terminal_is_put_back(keyboard: int) -> None:
    async def fail() -> None:
        with keys.listening(lambda key: None):
            raise KeyboardInterrupt

    before = modes()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(fail())
    assert modes() == before


def test_without_a_terminal_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look() -> bool:
        with keys.listening(lambda key: None) as there_are_keys:
            return there_are_keys

    monkeypatch.setattr("sys.stdin", io.StringIO("q"))
    assert asyncio.run(look()) is False
