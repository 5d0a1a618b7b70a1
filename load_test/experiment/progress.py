"""What a person sees while an experiment runs: a clock that moves, and how it goes.

On a terminal two lines that change in place; elsewhere (CI, a file) a plain line now and then. It
is drawn by a thread of its own twice a second, which takes about a millisecond from the generator
each time; more often would show in its lateness.
"""

import threading
import time
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from load_test.experiment import quantities
from load_test.experiment.ledger import Ledger
from observability.spans import percentile

REFRESH_PER_S = 2
PLAIN_INTERVAL_S = 5.0


class Progress:
    """A context manager that shows what `begin` and `watch` say, from beginning to end.

    `expected_s` is about how long all steps take together.
    """

    def __init__(self, console: Console, expected_s: float) -> None:
        self._console = console
        self._began_s = self._step_began_s = time.monotonic()
        self._step_s = 0.0
        self._later_s = expected_s  # of the steps that have not begun
        self._step = self._phase = ""
        self._ledger: Ledger | None = None
        self._live = Live(
            console=console,
            get_renderable=self._lines,
            refresh_per_second=REFRESH_PER_S,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._ended = threading.Event()
        self._printing = threading.Thread(target=self._print_lines, daemon=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        else:
            self._printing.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._console.is_terminal:
            self._live.stop()
        else:
            self._printing.join()

    def begin(self, step: str, expected_s: float) -> None:
        """A step begins that takes about so long."""
        self._later_s = max(0.0, self._later_s - expected_s)
        self._step_s, self._step_began_s = expected_s, time.monotonic()
        self._step, self._phase, self._ledger = step, "", None

    def expect(self, later_s: float) -> None:
        """All that comes after this step takes about so long: a better guess than before."""
        self._later_s = later_s

    def watch(self, phase: str, ledger: Ledger | None = None) -> None:
        """The step comes to a phase, in which a ledger is written, if one is given."""
        self._phase, self._ledger = phase, ledger

    def line(self) -> str:
        """Where it stands: step and phase, elapsed, left."""
        now_s = time.monotonic()
        left_s = self._later_s + max(0.0, self._step_s - (now_s - self._step_began_s))
        step = f"{self._step}: {self._phase}" if self._phase else self._step
        return f"{_clock(now_s - self._began_s)}  {step}  (about {_clock(left_s)} left)"

    def numbers(self) -> str:
        """How the load goes: nothing where there is none."""
        ledger = self._ledger
        if ledger is None:
            return ""
        numbers = f"sent {ledger.sent:,}, delivered {ledger.delivered:,}"
        recent_s = list(ledger.recent_s)
        if recent_s:
            numbers += f", p95 now {quantities.duration(percentile(recent_s, 95) * 1000)}"
        return numbers

    def _lines(self) -> Text:
        return Text(f"{self.line()}\n      {self.numbers()}", no_wrap=True, overflow="ellipsis")

    def _print_lines(self) -> None:
        while not self._ended.wait(PLAIN_INTERVAL_S):
            self._console.print(
                f"{self.line()} {self.numbers()}".rstrip(), highlight=False, soft_wrap=True
            )


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
