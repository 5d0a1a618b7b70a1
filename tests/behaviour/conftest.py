"""Every case runs against the challenge, the solution, and a fresh copy as participants make it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.behaviour.browser import ChatPage, chromium
from tests.behaviour.client import ChatUser
from tests.behaviour.servers import ROOT, ServerProcess

# The copy is the challenge under another name: it runs all cases too, but in SLOW=1 and .ci/run.
PACKAGES = ("challenge", "solution", pytest.param("attempt", marks=pytest.mark.slow))

Start = Callable[..., ServerProcess]
Visit = Callable[[ServerProcess], ChatPage]


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds ``attempt``, made as ``make attempt`` does."""
    folder = tmp_path_factory.mktemp("copies")
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "challenge", folder / "attempt", ignore=without)
    return folder


@pytest.fixture(scope="session", params=PACKAGES)
def package(request: pytest.FixtureRequest) -> str:
    """The server under test."""
    return str(request.param)


@pytest.fixture(scope="session")
def server(
    package: str, copies: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """One running server for all cases that leave it as it was; each brings its own users."""
    folder = tmp_path_factory.mktemp(package)
    with ServerProcess(package, folder, module_path=copies) as running:
        yield running


@pytest.fixture(scope="session")
def someone(server: ServerProcess) -> ChatUser:
    """A user who is not connected, for cases that need just any: making one hashes a password."""
    return ChatUser(server)


@pytest.fixture(scope="session")
def stranger(server: ServerProcess) -> ChatUser:
    """A user who shares no room with `someone`."""
    return ChatUser(server)


@pytest.fixture
def start(package: str, copies: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a server of the case's own, with flags; all are gone at the end."""
    started: list[ServerProcess] = []

    def begin(
        *flags: str, serving: bool = True, folder: Path = tmp_path, **more: object
    ) -> ServerProcess:
        process = ServerProcess(package, folder, *flags, module_path=copies, **more)  # type: ignore[arg-type]
        started.append(process)
        if serving:
            process.__enter__()
        else:
            process.launch()
        return process

    yield begin
    for process in started:
        process.__exit__()


@pytest.fixture
def attempt(copies: Path, tmp_path: Path) -> Iterator[ServerProcess]:
    """A participant's fresh copy, running."""
    with ServerProcess("attempt", tmp_path, module_path=copies) as running:
        yield running


@pytest.fixture
def alice(server: ServerProcess) -> Iterator[ChatUser]:
    """A connected user."""
    with ChatUser(server) as user:
        yield user


@pytest.fixture
def bob(server: ServerProcess) -> Iterator[ChatUser]:
    """Another one."""
    with ChatUser(server) as user:
        yield user


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser for all cases: starting one takes a second."""
    with chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def visit(browser: Chrome) -> Iterator[Visit]:
    """Opens a server's page in a new tab, which knows nothing of earlier sessions.

    At the end its console must be clean, but for servers that were away or refused something.
    """
    pages: list[ChatPage] = []

    def open_page(server: ServerProcess) -> ChatPage:
        browser.switch_to.new_window("tab")
        pages.append(ChatPage(browser, server.url))
        return pages[-1]

    yield open_page
    complaints = [each for page in pages for each in page.complaints()]
    browser.close()
    browser.switch_to.window(browser.window_handles[0])
    assert [each for each in complaints if not each.startswith("network: ")] == []
