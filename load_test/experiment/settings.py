"""Every number that shapes an experiment, with its unit and its reason, and the flags.

The defaults are the demo's: a stream that is above what the challenge can do with 5,000 messages
in its file (about 45 a second) and within what the solution can, then New Year.
"""

import argparse
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Self


def setting(default: Any, help: str, **limits: Any) -> Any:
    """A setting with a flag; `limits` are `low` and `high`, both included, or `choices`."""
    return field(default=default, metadata={"help": help, **limits})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One experiment: who is there, what they send and when, all known before it begins."""

    # So that writing is slow from the first message on. Together with what is sent it stays below
    # the 10,000 of a full file: a new file in the middle of a run would make the server fast.
    history: int = setting(5_000, "messages stored before each run begins", low=0, high=1_000_000)
    users: int = setting(40, "users, each with one connection", low=2, high=2_000)
    rooms: int = setting(4, "rooms, with an equal share of the users each", low=1, high=1_000)
    rate_per_s: float = setting(150.0, "messages a second in the stream", low=0.1, high=20_000)
    stream_s: float = setting(20.0, "seconds that the stream lasts", low=0.5, high=3_600)
    # Long enough for what the stream left to be written by a server that keeps up, and for the
    # counters to be read; so that what midnight costs is not mixed up with the stream.
    breath_s: float = setting(
        1.0, "quiet seconds between the stream and midnight", low=0.2, high=60
    )
    burst_messages: int = setting(1_500, "messages at midnight, all at once", low=1, high=100_000)
    finish_s: float = setting(10.0, "seconds after midnight until the time is up", low=1, high=600)
    arrivals: str = setting(
        "poisson", "how the stream's messages follow each other", choices=("poisson", "fixed")
    )
    senders: str = setting(
        "round-robin", "who sends the next message", choices=("round-robin", "random")
    )
    lone_messages: int = setting(
        10, "messages sent one by one before the stream, to a quiet server", low=0, high=1_000
    )
    rounds: int = setting(1, "rounds of two runs each, in the order A B, B A, ...", low=1, high=50)
    seed: int = setting(20_261_231, "the schedule follows from it", low=0, high=2**32 - 1)

    @property
    def midnight_s(self) -> float:
        """When the burst comes, in seconds since the start of the run."""
        return self.stream_s + self.breath_s

    @property
    def most_s(self) -> float:
        """When the time of a run is up, in seconds since its start."""
        return self.midnight_s + self.finish_s

    @classmethod
    def add_flags(cls, parser: argparse.ArgumentParser) -> None:
        """Give `parser` a flag for each setting: --rate-per-s for `rate_per_s`."""
        for each in dataclasses.fields(cls):
            limits = each.metadata
            parser.add_argument(
                "--" + each.name.replace("_", "-"), type=_Value(each), default=each.default,
                metavar="|".join(limits.get("choices", ())) or each.name.rpartition("_")[2].upper(),
                help=f"{limits['help']} (%(default)s)",
            )  # fmt: skip

    @classmethod
    def from_flags(cls, flags: argparse.Namespace) -> Self:
        """The settings of parsed flags. Raises ValueError if they do not fit together."""
        names = [each.name for each in dataclasses.fields(cls)]
        settings = cls(**{name: getattr(flags, name) for name in names})
        if settings.users < 2 * settings.rooms:
            raise ValueError(
                f"--users {settings.users} is too few for --rooms {settings.rooms}: "
                "a room needs two members at least"
            )
        return settings


@dataclass(frozen=True)
class _Value:
    """Turns a text into the value of a setting, or tells argparse what would be right."""

    setting: Any

    def __call__(self, text: str) -> Any:
        limits = self.setting.metadata
        if "choices" in limits:
            if text in limits["choices"]:
                return text
            right = "one of " + ", ".join(limits["choices"])
        else:
            kind, low, high = self.setting.type, limits["low"], limits["high"]
            try:
                value = kind(text)
            except ValueError:
                value = None
            if value is not None and low <= value <= high:  # never true of nan
                return value
            what = "a whole number" if kind is int else "a number"
            right = f"{what} from {low:,} to {high:,}"
        raise argparse.ArgumentTypeError(f"must be {right}, not {text!r}")


class OneLineParser(argparse.ArgumentParser):
    """argparse, with its errors on one line, and without guessing abbreviated flags."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message}; --help lists what can be set\n")

    def settings(self, arguments: Sequence[str] | None = None) -> tuple[Settings, Any]:
        """The settings of `arguments`, and all flags; a wrong one ends the process with code 2."""
        flags = self.parse_args(arguments)
        try:
            return Settings.from_flags(flags), flags
        except ValueError as error:
            self.error(str(error))
