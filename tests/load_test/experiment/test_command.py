"""However a command ends, it says so in a line, and nothing that it started goes on."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from load_test.experiment.family import alive
from load_test.experiment.processes import PROJECT

WITHIN_S = 10.0
CHILD = "import time; print(1, flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {CHILD}"
STOPPED_WITHIN_S = 3.0
COMMAND = """
import signal, subprocess, sys, time
from pathlib import Path
from load_test.experiment.command import run_to_the_end
from load_test.experiment.processes import ProcessFailed

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have it ignored

def work():
    child = subprocess.Popen([sys.executable, "-c", "{child}"], stdout=subprocess.PIPE)
    child.stdout.readline()
    print(child.pid, flush=True)
    {end}

sys.exit(run_to_the_end("example", Path(sys.argv[1]), work))
"""


def start(end: str, folder: Path, child: str = CHILD) -> tuple[subprocess.Popen[str], int]:
    """A command that ends so, and the number of the child that it started."""
    command = subprocess.Popen(
        [sys.executable, "-c", COMMAND.format(end=end, child=child), str(folder)],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert command.stdout is not None
    return command, int(command.stdout.readline())


@pytest.mark.parametrize(
    ("number", "source"),
    [(signal.SIGINT, CHILD), (signal.SIGTERM, STUBBORN), (signal.SIGHUP, CHILD)],
)
def test_a_signal_stops_everything(number: signal.Signals, source: str, tmp_path: Path) -> None:
    command, child = start("time.sleep(60)", tmp_path, source)

    asked_s = time.monotonic()
    command.send_signal(number)
    _, said = command.communicate(timeout=WITHIN_S)

    assert time.monotonic() - asked_s < STOPPED_WITHIN_S
    assert said == f"example: stopped; {tmp_path} keeps the logs and no finished runs\n"
    assert command.returncode == 1
    assert child not in [process.pid for process in alive(psutil.process_iter())]


@pytest.mark.parametrize(
    ("end", "code", "says"),
    [
        ("return 0", 0, ""),
        ("raise ProcessFailed('it', 'broke', Path('none'))", 1, "example: it broke\n"),
        ("raise OSError('disk full')", 1, "example: disk full\n"),
        ("raise ZeroDivisionError", 1, "ZeroDivisionError"),
    ],
)
def test_every_end_leaves_nothing_running(end: str, code: int, says: str, tmp_path: Path) -> None:
    command, child = start(end, tmp_path)

    _, said = command.communicate(timeout=WITHIN_S)

    assert command.returncode == code
    assert says in said
    assert child not in [process.pid for process in alive(psutil.process_iter())]
