"""Settings, and how flags become settings. What the demo's are stands in `evening`, what a
comparison's are in `contest`.
"""

import argparse
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NoReturn, Self, TypeVar

SomeSettings = TypeVar("SomeSettings", bound="Settings")


def setting(default: Any, help: str, **limits: Any) -> Any:
    """A setting with a flag; `limits` are `low` and `high`, both included, or `choices`."""
    return field(default=default, metadata={"help": help, **limits})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What all experiments have in common: who is there, and how their sending is drawn."""

    # So that writing is slow from the first message on.
    history: int = setting(5_000, "messages stored before each run begins", low=0, high=1_000_000)
    users: int = setting(40, "users, each with one connection", low=2, high=2_000)
    rooms: int = setting(4, "rooms, with an equal share of the users each", low=1, high=1_000)
    arrivals: str = setting(
        "poisson", "how the messages of a stream follow each other", choices=("poisson", "fixed")
    )
    senders: str = setting(
        "round-robin", "who sends the next message", choices=("round-robin", "random")
    )
    seed: int = setting(20_261_231, "the schedule follows from it", low=0, high=2**32 - 1)

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


class OneLineParser(argparse.ArgumentParser, Generic[SomeSettings]):
    """argparse, with its errors on one line, and without guessing abbreviated flags.

    It has a flag for each of the settings of `kind`.
    """

    def __init__(self, prog: str, description: str, kind: type[SomeSettings]) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)
        self._kind = kind
        kind.add_flags(self)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message}; --help lists what can be set\n")

    def settings(self, arguments: Sequence[str] | None = None) -> tuple[SomeSettings, Any]:
        """The settings of `arguments`, and all flags; a wrong one ends the process with code 2."""
        flags = self.parse_args(arguments)
        try:
            return self._kind.from_flags(flags), flags
        except ValueError as error:
            self.error(str(error))
