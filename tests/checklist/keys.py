"""Single keys from a terminal, and the terminal as it was afterwards."""

import asyncio
import os
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def listening(press: Callable[[str], None]) -> Iterator[bool]:
    """Call `press` with each key that is pressed, without waiting for Enter and without showing it.

    To be used within a running asyncio loop. Yields whether there is a terminal to press keys at;
    without one nothing happens. Ctrl-C and Ctrl-Z do what they always do.
    """
    if not sys.stdin.isatty() or _in_background():
        yield False
        return
    loop, terminal = asyncio.get_running_loop(), sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def read() -> None:
        keys = os.read(terminal, 64)
        if not keys:  # it was closed
            loop.remove_reader(terminal)
        for key in keys.decode(errors="ignore"):
            press(key)

    tty.setcbreak(terminal)
    loop.add_reader(terminal, read)
    # Who comes back from Ctrl-Z finds the terminal as the shell has left it.
    loop.add_signal_handler(signal.SIGCONT, tty.setcbreak, terminal)
    try:
        yield True
    finally:
        loop.remove_signal_handler(signal.SIGCONT)
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _in_background() -> bool:
    """Whether the shell has put us there, where reading from the terminal would stop us."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) != os.getpgrp()
    except OSError:  # no shell controls its jobs from this terminal
        return False
