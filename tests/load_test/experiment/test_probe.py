"""The probe finds what a server can do, and tells of one that can do nothing."""

from pathlib import Path

import pytest

from load_test.experiment.prepared import UNTRACED, Prepared
from load_test.experiment.probe import probe
from load_test.experiment.processes import PROJECT, ProcessFailed
from load_test.experiment.servers import Package
from tests.load_test.experiment.conftest import make_package

# A challenge that acknowledges whatever it is sent, and forgets it.
SILENT = f"""
import runpy, sys
sys.path.insert(0, {str(PROJECT)!r})
import eventlet
eventlet.monkey_patch()
from challenge import socket_handler
for name, handler in vars(socket_handler).items():
    if isinstance(handler, type) and hasattr(handler, "send_message"):
        handler.send_message = lambda *_: {{"status": "stored", "id": "1"}}
sys.argv[0] = "challenge"
runpy.run_module("challenge", run_name="__main__", alter_sys=True)
"""


@pytest.mark.slow
def test_the_answer_can_do_more(prepared: Prepared, tmp_path: Path) -> None:
    found = {
        name: probe(
            Package.find(name), prepared, tmp_path / name, tmp_path / f"{name}.log", UNTRACED
        )
        for name in ("challenge", "solution")
    }

    assert 10 < found["challenge"] < found["solution"]


@pytest.mark.slow
def test_a_server_that_delivers_nothing_is_told(prepared: Prepared, tmp_path: Path) -> None:
    silent = make_package(tmp_path / "theirs", "silent", SILENT)

    with pytest.raises(ProcessFailed, match="silent delivered no message within 2.5 s"):
        probe(silent, prepared, tmp_path / "data", tmp_path / "log", UNTRACED)
