"""The seed's command, as people run it: a process, with or without a terminal."""

import ast
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from tests.behaviour.servers import ROOT, ServerProcess, wait_until

SCRIPT = "new_year_load_test.py"
FOLDER = ROOT / "load_test"
# The Python that the virtual environment was made of: outside it, and without our packages.
OTHER_PYTHON = f"{sys.base_prefix}/bin/python3"
OLDEST_PYTHON = (3, 7)
END_S = 30
CTRL_D = "\x04"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A solution that serves."""
    with ServerProcess("solution", tmp_path_factory.mktemp("solution")) as running:
        yield running


def command(python: str, *flags: str, folder: Path = FOLDER) -> subprocess.CompletedProcess[str]:
    """The command, run to its end in its folder."""
    return subprocess.run(
        [python, SCRIPT, *flags],
        cwd=folder, capture_output=True, text=True, timeout=END_S, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_an_old_python_can_read_it() -> None:
    ast.parse((FOLDER / SCRIPT).read_text(), feature_version=OLDEST_PYTHON)


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".venv").exists(), reason="the project has no .venv here")
def test_another_python_goes_on_as_the_projects_and_measures(server: ServerProcess) -> None:
    flags = ("--server", server.url, "--users", "3", "--rate", "20", "--seconds", "2")
    ended = command(OTHER_PYTHON, *flags)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    # then both rows count every message that the server stored, and took time
    rows = re.findall(r"(send to \w+) +│ +(\d+) │ +(\d+) │ +(\d+) │ +(\d+) │", ended.stdout)
    assert [row[0] for row in rows] == ["send to acknowledgement", "send to broadcast"]
    sent = int(server.metric("chat_messages_stored_total"))
    assert [(int(row[1]), int(row[2])) for row in rows] == [(sent, 0), (sent, 0)]
    assert int(rows[1][3]) > 10
    assert "undelivered: 0\n" in ended.stdout
    assert f"All {sent} greetings were delivered" in ended.stdout
    assert ended.stderr == ""


def test_without_an_installation_it_says_what_to_run(tmp_path: Path) -> None:
    shutil.copy(FOLDER / SCRIPT, tmp_path)
    ended = subprocess.run(
        [OTHER_PYTHON, "-I", "-S", SCRIPT], cwd=tmp_path, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr.endswith("run 'make install' first\n")
    assert ended.stderr.count("\n") == 1


def test_where_no_chat_server_answers_one_line_says_what_to_start() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as hanging,
        HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as other,
    ):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            closed_port = closed.getsockname()[1]
        threading.Thread(target=other.handle_request, daemon=True).start()
        ports = (closed_port, other.server_port, hanging.getsockname()[1])
        with ThreadPoolExecutor() as together:
            ended = together.map(
                lambda port: command(sys.executable, "--server", f"127.0.0.1:{port}"), ports
            )
            codes, said = zip(*((each.returncode, each.stderr) for each in ended), strict=True)
    assert codes == (1, 1, 1)
    problems = [
        f"no server answers at http://127.0.0.1:{ports[0]}",
        f"what answers at http://127.0.0.1:{ports[1]} is not a chat server",
        f"http://127.0.0.1:{ports[2]} does not answer within 3 s",
    ]
    start = "'make challenge' starts one"
    assert said == tuple(f"new_year_load_test: {problem}; {start}\n" for problem in problems)


@pytest.mark.slow
def test_a_person_is_asked_and_ctrl_c_keeps_what_was_measured(server: ServerProcess) -> None:
    with Terminal() as terminal:
        # given someone who first mistypes
        terminal.answer("Return for 1: ", "9")
        terminal.answer("'9' is not one of them\r\n1-4, or Return for 1: ", "4")
        terminal.answer("Its address, like http://127.0.0.1:4001: ", "nowhere")
        terminal.answer("4001\r\nIts address, like http://127.0.0.1:4001: ", server.url)
        terminal.answer("Return for 2: ", "1")
        # when they end the warm-up in its middle
        terminal.wait_for(r" of 10 s  sent \d+  delivered [1-9]")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(END_S) == 0
        terminal.wait_for(r"Ended after \d s. All \d+ greetings were delivered")
    # then no guest of theirs is left
    wait_until(lambda: server.metric("chat_clients") == 0, "all guests leaving")


def test_leaving_the_menu_is_no_traceback() -> None:
    with Terminal() as terminal:
        terminal.answer("Return for 1: ", CTRL_D)
        assert terminal.process.wait(END_S) == 1
        terminal.wait_for("stopped before it began")
    assert "Traceback" not in terminal.shown


class Terminal:
    """The command on a terminal, with somebody who reads and types."""

    def __init__(self) -> None:
        self.shown = ""
        self._read_until = 0

    def __enter__(self) -> "Terminal":
        self._screen, terminal = pty.openpty()
        os.set_blocking(self._screen, False)
        self.process = subprocess.Popen(
            [sys.executable, SCRIPT], cwd=FOLDER, stdin=terminal, stdout=terminal, stderr=terminal
        )
        os.close(terminal)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._screen)

    def answer(self, question: str, text: str) -> None:
        """Wait for a question and type the answer."""
        self.wait_for(re.escape(question))
        os.write(self._screen, f"{text}\n".encode())

    def wait_for(self, pattern: str) -> None:
        """Wait until something is shown, after what was waited for before."""
        wait_until(lambda: self._shows(pattern), f"{pattern!r} on the screen", END_S)

    def _shows(self, pattern: str) -> bool:
        try:
            self.shown += os.read(self._screen, 65_536).decode()
        except OSError:  # nothing new, or the command has ended
            pass
        found = re.compile(pattern).search(self.shown, self._read_until)
        self._read_until = found.end() if found else self._read_until
        return bool(found)
