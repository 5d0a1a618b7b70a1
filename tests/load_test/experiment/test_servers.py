"""Servers are found by name or folder; one that does not serve is a sentence."""

import re
import shutil
from pathlib import Path

import pytest

from load_test.experiment import servers
from load_test.experiment.prepared import Prepared
from load_test.experiment.processes import PROJECT, ProcessFailed
from load_test.experiment.servers import NoSuchServer, Package, Server
from tests.load_test.experiment.conftest import UNTRACED, make_package

NEVER_READY = """
import http.server
class Sleepy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        self.end_headers()
        self.wfile.write(b"still asleep")
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sleepy)
print(f"sleepy serves at http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


def test_a_name_is_a_package_of_this_project() -> None:
    assert Package.find("solution") == Package("solution", PROJECT)


def test_a_folder_is_a_package_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = make_package(tmp_path / "theirs", "attempt_1", "")

    assert Package.find(str(tmp_path / "theirs" / "attempt_1")) == package
    monkeypatch.chdir(tmp_path)
    assert Package.find("theirs/attempt_1/") == package
    monkeypatch.chdir(tmp_path / "theirs")
    assert Package.find("attempt_1") == package
    monkeypatch.chdir(tmp_path / "theirs" / "attempt_1")
    assert Package.find(".") == package


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("chalenge", "there is no such folder"),
        ("some/where", "there is no such folder"),
        ("observability", "there is no __main__.py in it"),
        ("", "there is no __main__.py in it"),
        (str(PROJECT / "README.md"), "it is a file, not a folder"),
        ("x" * 1_000, ".*File name too long"),
        ("challenge\0", ".*null"),
    ],
)
def test_anything_else_is_no_server(text: str, problem: str) -> None:
    with pytest.raises(NoSuchServer, match=f"{re.escape(repr(text))} is no server .{problem}"):
        Package.find(text)


def test_a_dot_in_the_name_is_no_package(tmp_path: Path) -> None:
    make_package(tmp_path, "attempt.old", "")

    with pytest.raises(NoSuchServer, match="holds no dot"):
        Package.find(str(tmp_path / "attempt.old"))


def test_a_name_that_python_has_itself_is_no_package(tmp_path: Path) -> None:
    make_package(tmp_path, "json", "")

    with pytest.raises(NoSuchServer, match="Python has a module json of its own"):
        Package.find(str(tmp_path / "json"))


def test_a_copy_of_the_challenge_serves_under_its_own_name(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "challenge", tmp_path / "attempt")
    package = Package.find(str(tmp_path / "attempt"))

    with Server(package, tmp_path / "data", tmp_path / "log", UNTRACED) as server:
        ready = server.http.get(f"{server.url}/ready").json()
        assert server.ask("GET", "/ready") == ready
        peak = server.peak_rss_bytes
        assert server.stop(servers.DRAIN_S) == 0

    assert peak is not None
    assert peak > 10_000_000
    assert ready["server"] == "attempt"


def test_one_that_ends_at_its_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    package = make_package(tmp_path, "broken", "raise SystemExit('no disk today')")

    with pytest.raises(ProcessFailed, match="broken ended with exit code 1 .*\n  no disk today"):
        Server(package, tmp_path / "data", tmp_path / "log", UNTRACED)


def test_a_refusal_is_told_with_what_was_said(server: Server) -> None:
    with pytest.raises(ProcessFailed, match="answered GET /api/chatrooms with 401: .*bad_token"):
        server.ask("GET", "/api/chatrooms", token="wrong")


def test_a_token_goes_with_a_request(server: Server, prepared: Prepared) -> None:
    assert server.ask("GET", "/api/chatrooms", token=prepared.tokens[0])["rooms"]


def test_one_that_never_gets_ready_fails_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "START_S", 0.5)
    package = make_package(tmp_path, "sleepy", NEVER_READY)

    with pytest.raises(ProcessFailed, match="sleepy answered GET /ready with 503: 'still asleep'"):
        Server(package, tmp_path / "data", tmp_path / "log", UNTRACED)
