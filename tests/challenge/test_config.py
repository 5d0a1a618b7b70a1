"""Flags, variables and defaults; what is wrong is one line that says what would be right."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from challenge.config import ServerConfig


def settings(*flags: str, package: str = "challenge", **environ: str) -> ServerConfig:
    """The settings of a command line."""
    return ServerConfig.from_command_line(package, flags, environ)


def refused(capsys: pytest.CaptureFixture[str], *flags: str, **environ: str) -> str:
    """The one line that a wrong command line is told, on standard error."""
    with pytest.raises(SystemExit) as ended:
        settings(*flags, **environ)
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    return told.err


def test_the_defaults_are_those_of_the_interface() -> None:
    assert settings() == ServerConfig(
        package="challenge",
        host="127.0.0.1",
        port=4001,
        data_dir=Path("data/challenge"),
        history=0,
        max_messages_per_file=10_000,
        max_queue_messages=10_000,
        max_queue_bytes=16_777_216,
        log_level="info",
        log_format="text",
    )


@pytest.mark.parametrize(
    ("package", "port"), [("challenge", 4001), ("solution", 4002), ("mine", 4000)]
)
def test_a_copy_has_a_port_and_a_folder_of_its_own(package: str, port: int) -> None:
    config = settings(package=package)
    assert (config.port, config.data_dir) == (port, Path("data") / package)


def test_a_flag_wins_over_a_variable_and_that_over_the_default() -> None:
    config = settings(
        "--port", "5", CHAT_PORT="6", CHAT_HISTORY="7", CHAT_DATA_DIR="elsewhere", HISTORY="8"
    )
    assert (config.port, config.history, config.data_dir) == (5, 7, Path("elsewhere"))


def test_every_setting_with_a_help_text_is_a_flag_and_a_variable() -> None:
    values: dict[str, tuple[str, Any]] = {
        "host": ("::1", "::1"),
        "port": ("0", 0),
        "data_dir": ("a folder", Path("a folder")),
        "history": ("10000000", 10_000_000),
        "max_messages_per_file": ("1", 1),
        "max_queue_messages": ("1000000", 1_000_000),
        "max_queue_bytes": ("65536", 65_536),
        "max_frame_bytes": ("1024", 1_024),
        "max_events_per_second": ("007", 7),
        "max_event_burst": ("1", 1),
        "max_connections_per_user": ("20", 20),
        "max_rooms_per_user": ("1", 1),
        "log_level": ("error", "error"),
        "log_format": ("json", "json"),
    }
    fields = dataclasses.fields(ServerConfig)
    assert set(values) == {each.name for each in fields if "help" in each.metadata}
    for name, (text, value) in values.items():
        flag = settings("--" + name.replace("_", "-"), text)
        variable = settings(**{"CHAT_" + name.upper(): text})
        assert getattr(flag, name) == getattr(variable, name) == value


@pytest.mark.parametrize(
    "number", ["-1", "65536", "99999", "abc", "", "1.5", "1_0", " 1", "٣", "0x1"]
)
def test_a_number_out_of_its_range_is_told_the_range(
    capsys: pytest.CaptureFixture[str], number: str
) -> None:
    right = f"must be a whole number from 0 to 65,535, not {number!r}"
    assert f"challenge: --port {right}" in refused(capsys, f"--port={number}")
    assert f"challenge: CHAT_PORT {right}" in refused(capsys, CHAT_PORT=number)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (
            ["--log-level", "loud"],
            "must be one of debug, info, warning, error, not 'loud'",
        ),
        (["--log-format="], "--log-format must be one of text, json, not ''"),
        (["--data-dir", ""], "--data-dir must be a text that is not empty"),
        (["--max-queue-bytes", "1"], "--max-queue-bytes must be a whole number from 65,536 to"),
        (["--prot", "1"], "unrecognized arguments: --prot 1"),
        (["--log", "json"], "unrecognized arguments: --log json"),  # no guessing at short forms
        (["--batch-size", "10"], "unrecognized arguments: --batch-size 10"),
        (["--port"], "argument --port: expected one argument"),
        (["start"], "unrecognized arguments: start"),
    ],
)
def test_what_is_wrong_is_named(
    capsys: pytest.CaptureFixture[str], flags: list[str], told: str
) -> None:
    line = refused(capsys, *flags)
    assert told in line
    assert line.startswith("python -m challenge: ")
    assert line.endswith("; --help lists what can be set\n")


def test_what_others_rely_on_is_no_flag(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("token-lifetime-s", "drain-s"):
        assert "unrecognized" in refused(capsys, f"--{name}", "1")


def test_help_lists_every_flag_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        settings("--help")
    assert ended.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    for each in dataclasses.fields(ServerConfig):
        if help_text := each.metadata.get("help"):
            assert "--" + each.name.replace("_", "-") in told
            assert f"{help_text} (default: " in told


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings().port = 1  # type: ignore[misc]
