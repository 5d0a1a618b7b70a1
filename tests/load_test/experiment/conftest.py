"""A small experiment, and a server that was prepared for it, shared by the tests that need one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from load_test.experiment.evening import Evening
from load_test.experiment.prepared import Prepared, prepare
from load_test.experiment.servers import Package, Server

UNTRACED = {"OTEL_TRACES_EXPORTER": "none"}


@pytest.fixture(scope="session")
def settings() -> Evening:
    """Two rooms of two, half a second of stream, a small midnight."""
    return Evening(
        history=20, users=4, rooms=2, rate_per_s=80, stream_s=0.5, breath_s=0.3,
        burst_messages=60, finish_s=5, lone_messages=3,
    )  # fmt: skip


@pytest.fixture(scope="session")
def prepared(settings: Evening, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A data folder with users and rooms for these settings."""
    folder = tmp_path_factory.mktemp("prepared")
    return prepare(Package.find("challenge"), settings, folder / "data", folder / "log")


@pytest.fixture(scope="session")
def server(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A challenge that serves a copy of that folder."""
    folder = tmp_path_factory.mktemp("server")
    package, data_dir = Package.find("challenge"), prepared.copy_to(folder / "data")
    with Server(package, data_dir, folder / "log", UNTRACED) as server:
        yield server


def make_package(folder: Path, name: str, source: str) -> Package:
    """A package of one file, for processes that misbehave."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__main__.py").write_text(source)
    return Package(name, folder)
