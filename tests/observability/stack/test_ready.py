"""The question of the health checks: ready or not."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.behaviour.servers import ROOT


class Handler(BaseHTTPRequestHandler):
    """Answers the status that the path names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.removeprefix("/")))
        self.end_headers()

    def log_message(self, format: str, *values: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server that answers."""
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def asked(*arguments: str) -> tuple[int, str]:
    """Its exit code, and all that it says."""
    command = [sys.executable, "-m", "observability.stack.ready", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize(("status", "code"), [(200, 0), (302, 0), (404, 1), (503, 1)])
def test_what_it_answers_decides(url: str, status: int, code: int) -> None:
    assert asked(f"{url}/{status}") == (code, f"{url}/{status}: {status}\n")


def test_nobody_answers() -> None:
    code, text = asked("http://127.0.0.1:1/ready")
    assert code == 1
    assert "Connection refused" in text


@pytest.mark.parametrize("arguments", [[], ["/ready"], ["https://127.0.0.1"]])
def test_wrong_usage(arguments: list[str]) -> None:
    code, text = asked(*arguments)
    assert (code, text[:6]) == (2, "usage:")
