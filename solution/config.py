"""Every number that shapes the server's behaviour, with its unit and its reason, and the flags.

Each setting with a help text is a flag (``--data-dir``) and an environment variable
(``CHAT_DATA_DIR``); the flag wins. Nothing is read before `from_command_line` is called.
"""

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, Self

from observability.logs import FORMATS, LEVELS

PORTS = {"challenge": 4001, "solution": 4002}
ATTEMPT_PORT = 4000  # of a participant's copy, whatever it is called
MIB = 1024 * 1024


def setting(default: Any, help: str, **limits: Any) -> Any:
    """A setting with a flag; `limits` are `low` and `high`, or `choices`."""
    return field(default=default, metadata={"help": help, **limits})


@dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """One server's settings. `package` is the name it was started under, as ``challenge``."""

    package: str
    host: str = setting("127.0.0.1", "address to listen on; the default is this machine only")
    port: int = setting(0, "port to listen on; 0 takes any free one", low=0, high=65_535)
    data_dir: Path = setting(Path("data"), "folder of the data files; one process at a time")
    history: int = setting(
        0, "messages to make up before the start, if there are none", low=0, high=10_000_000
    )
    # A full file takes about 30 ms of processor time to rewrite.
    max_messages_per_file: int = setting(10_000, "messages in one file", low=1, high=1_000_000)
    # Memory is what both bound: short messages hit the first, long ones the second.
    max_queue_messages: int = setting(
        10_000, "messages that may wait to be stored", low=1, high=1_000_000
    )
    max_queue_bytes: int = setting(
        16 * MIB, "bytes of messages that may wait", low=65_536, high=1024 * MIB
    )
    # 4,000 emoji, escaped, and the rest of their packet.
    max_frame_bytes: int = setting(
        49_152, "bytes of a request or a WebSocket message", low=1_024, high=MIB
    )
    # Counted per user and not per address, so that a load test does not refuse itself.
    max_events_per_second: int = setting(
        1_000, "events a user may send each second", low=1, high=1_000_000
    )
    max_event_burst: int = setting(2_000, "events a user may send at once", low=1, high=1_000_000)
    # Each costs memory, and each of a user's events and broadcasts costs the more.
    max_connections_per_user: int = setting(
        20, "connections of one user at a time", low=1, high=10_000
    )
    max_rooms_per_user: int = setting(1_000, "rooms one user may be in", low=1, high=1_000_000)
    # The seed's numbers: a full file is rewritten at most 20 times a second, or every 100 messages.
    # More than 2,500 would be more links than a span keeps.
    batch_size: int = setting(100, "messages stored in one write", low=1, high=2_500)
    flush_interval_ms: int = setting(50, "longest wait for a batch to fill", low=1, high=60_000)
    ack: str = setting("queued", "acknowledge once queued, or stored", choices=("queued", "stored"))
    log_level: str = setting("info", "how much to log", choices=LEVELS)
    log_format: str = setting("text", "how to write log lines", choices=FORMATS)

    # Not flags: others rely on them.
    token_lifetime_s: int = 24 * 3600  # a workshop's day
    drain_s: float = 3.0  # of the 5 s that the contract allows for an exit

    @classmethod
    def from_command_line(
        cls, package: str, arguments: Sequence[str], environ: Mapping[str, str]
    ) -> Self:
        """The settings of `arguments` and `environ`; a wrong one ends the process with code 2."""
        defaults = {"port": PORTS.get(package, ATTEMPT_PORT), "data_dir": Path("data") / package}
        parser = _Parser(
            prog=f"python -m {package}",
            allow_abbrev=False,
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
            epilog="Each flag has an environment variable: CHAT_DATA_DIR for --data-dir.",
        )
        for each in dataclasses.fields(cls):
            if "help" not in each.metadata:
                continue
            flag = "--" + each.name.replace("_", "-")
            variable = "CHAT_" + each.name.upper()
            default = defaults.get(each.name, each.default)
            if variable in environ:
                default = _Value(each, variable, parser)(environ[variable])
            parser.add_argument(
                flag, default=default, type=_Value(each, flag, parser), help=each.metadata["help"],
                metavar="|".join(each.metadata.get("choices", ())) or each.name.upper(),
            )  # fmt: skip
        return cls(package=package, **vars(parser.parse_args(arguments)))


class _Parser(argparse.ArgumentParser):
    """argparse, with its errors on one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; --help lists what can be set\n")


@dataclass(frozen=True)
class _Value:
    """Turns a text into the value of a setting, or ends the process with what would be right."""

    setting: Any
    source: str
    parser: _Parser

    def __call__(self, text: str) -> Any:
        limits = self.setting.metadata
        if self.setting.type is int:
            if text.isascii() and text.isdigit() and limits["low"] <= int(text) <= limits["high"]:
                return int(text)
            right = f"a whole number from {limits['low']:,} to {limits['high']:,}"
        elif "choices" in limits:
            if text in limits["choices"]:
                return text
            right = "one of " + ", ".join(limits["choices"])
        elif text:
            return self.setting.type(text)
        else:
            right = "a text that is not empty"
        self.parser.error(f"{self.source} must be {right}, not {text!r}")
