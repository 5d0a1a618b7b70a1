"""Servers are found by name or folder; one that does not serve is a sentence."""

import shutil
from pathlib import Path

import pytest

from load_test.experiment import servers
from load_test.experiment.processes import PROJECT, ProcessFailed
from load_test.experiment.servers import NoSuchServer, Package, Server
from tests.load_test.experiment.conftest import UNTRACED, make_package


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
    ],
)
def test_anything_else_is_no_server(text: str, problem: str) -> None:
    with pytest.raises(NoSuchServer, match=f"'{text}' is no server .{problem}"):
        Package.find(text)


def test_a_dot_in_the_name_is_no_package(tmp_path: Path) -> None:
    make_package(tmp_path, "attempt.old", "")

    with pytest.raises(NoSuchServer, match="holds no dot"):
        Package.find(str(tmp_path / "attempt.old"))


def test_a_copy_of_the_challenge_serves_under_its_own_name(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "challenge", tmp_path / "attempt")
    package = Package.find(str(tmp_path / "attempt"))

    with Server(package, tmp_path / "data", tmp_path / "log", UNTRACED) as server:
        ready = server.http.get(f"{server.url}/ready").json()
        assert server.stop(servers.DRAIN_S) == 0

    assert ready["server"] == "attempt"


def test_one_that_ends_at_its_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    package = make_package(tmp_path, "broken", "raise SystemExit('no disk today')")

    with pytest.raises(ProcessFailed, match="broken ended with exit code 1 .*\n  no disk today"):
        Server(package, tmp_path / "data", tmp_path / "log", UNTRACED)


def test_one_that_never_gets_ready_fails_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "START_S", 0.5)
    address = "http://127.0.0.1:9"  # nobody listens there
    source = f"import time\nprint('liar serves at {address}', flush=True)\ntime.sleep(60)"
    package = make_package(tmp_path, "liar", source)

    with pytest.raises(ProcessFailed, match="liar served, but was not ready"):
        Server(package, tmp_path / "data", tmp_path / "log", UNTRACED)
