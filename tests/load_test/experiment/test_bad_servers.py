"""Servers that misbehave on purpose: each is a sentence, in bounded time, and nothing is left.

They are real processes, with limits so small that they are soon reached.
"""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from load_test.experiment import servers
from load_test.experiment.guard import Limits
from load_test.experiment.processes import ProcessFailed
from load_test.experiment.servers import Package, Server
from tests.load_test.bad_servers.catalogue import Environment, bad_server, nothing_left_behind
from tests.load_test.experiment.conftest import make_package

SMALL = Limits(rss_bytes=100_000_000, log_bytes=2_000_000, data_bytes=1_000_000)
SOON_S = 5.0  # what is noticed within a second or two, with some patience

Failure = Callable[..., str]


@pytest.fixture(autouse=True)
def environment() -> Iterator[Environment]:
    """What the servers of a test get; after it none of them is left."""
    with nothing_left_behind() as environment:
        yield environment


@pytest.fixture
def failure(tmp_path: Path, environment: Environment) -> Failure:
    """Starts a server that is to fail soon, does something with it, and gives the sentence."""

    def failure(
        package: Package,
        *flags: str,
        use: Callable[[Server], object] = lambda server: None,
        deadline_s: float | None = None,
        more: Environment | None = None,
    ) -> str:
        began_s = time.monotonic()
        with pytest.raises(ProcessFailed) as failed:
            with Server(
                package, tmp_path / "data", tmp_path / "log", environment | (more or {}), flags,
                deadline_s=deadline_s, limits=SMALL,
            ) as server:  # fmt: skip
                use(server)
        assert time.monotonic() - began_s < SOON_S
        return str(failed.value)

    return failure


def test_one_that_never_starts(
    tmp_path: Path, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "START_S", 0.5)
    mute = make_package(tmp_path, "mute", "import time; time.sleep(60)")

    assert failure(mute) == "mute did not say within 0.5 s where it serves"


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ("raise SystemExit(3)", "bad ended with exit code 3 at its start"),
        ("raise OSError('no disk today')", "OSError: no disk today"),
        ("def main(:", "SyntaxError: invalid syntax"),
        ("import os; os.abort()", "bad ended with exit code -6 at its start"),
    ],
)
def test_one_that_starts_and_dies(tmp_path: Path, failure: Failure, source: str, end: str) -> None:
    found = failure(make_package(tmp_path, "bad", source))

    assert found.startswith("bad ended with exit code ")
    assert found.endswith(end)


def test_one_whose_port_is_taken(failure: Failure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = failure(Package.find("challenge"), "--port", str(port))

    assert f"challenge: cannot listen on port {port} of 127.0.0.1: Address already in use" in found


@pytest.mark.parametrize("listening", [True, False])
def test_one_that_tells_an_address_of_others(
    tmp_path: Path, failure: Failure, monkeypatch: pytest.MonkeyPatch, listening: bool
) -> None:
    monkeypatch.setattr(servers, "START_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as others:
        port = others.getsockname()[1]
        if not listening:
            others.close()
        says = f"print(' serves at http://127.0.0.1:{port}', flush=True)"
        found = failure(make_package(tmp_path, "liar", f"import time; {says}; time.sleep(60)"))

    problem = f"liar said that it serves at http://127.0.0.1:{port}, where it does not listen"
    assert found.startswith(problem)


def test_no_load_goes_to_another_machine(
    tmp_path: Path, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "START_S", 0.5)
    source = "print(' serves at http://192.0.2.1:80', flush=True); import time; time.sleep(60)"

    assert "did not say within 0.5 s where it serves" in failure(
        make_package(tmp_path, "far", source)
    )


@pytest.mark.parametrize("path", ["/ready", "/api/auth/login"])
@pytest.mark.parametrize(
    ("answer", "end"),
    [
        ("nothing", " with 200: ''"),
        ("page", " with 200: '<html>Welcome to my printer</html>'"),
        ("list", " with 200: '[1, 2]'"),
        ("teapot", " with 418: 'short and stout'"),
        ("redirect", " with 302: ''"),
        ("endless", " without an end"),
    ],
)
def test_one_that_answers_nonsense(failure: Failure, path: str, answer: str, end: str) -> None:
    method = "GET" if path == "/ready" else "POST"

    found = failure(
        bad_server("impostor"),
        use=lambda server: server.ask("POST", "/api/auth/login", {"username": "minji"}),
        more={"BAD_PATH": path, "BAD_ANSWER": answer},
    )

    assert found.startswith(f"impostor answered {method} {path}{end}")


@pytest.mark.parametrize("path", ["/ready", "/api/auth/login"])
def test_one_whose_answer_trickles(
    failure: Failure, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    # Each read takes a twentieth of a second, so no time limit of a read is ever reached.
    monkeypatch.setattr(servers, "ANSWER_S", 0.5)

    found = failure(
        bad_server("impostor"),
        use=lambda server: server.ask("POST", "/api/auth/login"),
        more={"BAD_PATH": path, "BAD_ANSWER": "trickle"},
    )

    method = "GET" if path == "/ready" else "POST"
    assert found.startswith(f"impostor did not answer {method} {path} within 0.5 s")


@pytest.mark.parametrize("flags", [(), ("--child",)])
def test_one_that_eats_memory(failure: Failure, flags: tuple[str, ...]) -> None:
    found = failure(bad_server("glutton"), *flags)

    assert found.startswith("glutton took more than 100 MB of memory within ")


def test_one_that_writes_its_log_without_end(failure: Failure, tmp_path: Path) -> None:
    found = failure(bad_server("chatterbox"))

    assert found.startswith("chatterbox wrote more than 2.00 MB into its log within ")
    assert found.count("\n") <= 5
    assert (tmp_path / "log").read_text().startswith("(the first ")
    assert (tmp_path / "log").stat().st_size < SMALL.log_bytes


@pytest.mark.parametrize("flags", [(), ("--empty",)])
def test_one_that_fills_its_data_folder(failure: Failure, flags: tuple[str, ...]) -> None:
    found = failure(bad_server("hoarder"), *flags)

    assert found.startswith("hoarder put more than 1.00 MB into its data folder within ")


def test_one_that_leaves_others_behind_when_it_ends(failure: Failure) -> None:
    found = failure(bad_server("brood"), "--leave")

    assert found == "brood ended with exit code 0 at its start; its log ends with:\n  all born"


def test_one_whose_whole_family_is_to_be_ended(failure: Failure) -> None:
    found = failure(bad_server("brood"), deadline_s=time.monotonic() + 1.0)

    assert found.startswith("brood took longer than its 1.0 s")


def test_one_that_hangs_on_sigterm(failure: Failure) -> None:
    found = failure(bad_server("stubborn"), use=lambda server: server.stop(0.5))

    assert found.startswith("stubborn did not end within 0.5 s of SIGTERM")


def test_one_that_takes_longer_than_its_time(failure: Failure) -> None:
    found = failure(
        bad_server("stubborn"),
        use=lambda server: server.wait(60),
        deadline_s=time.monotonic() + 1.0,
    )

    assert found.startswith("stubborn took longer than its 1.0 s")
